//! The one integration binary: what a user runs, and what holds the house together.

mod company;
mod deck;
mod demo;
mod evidence;
mod facts;
mod hostile;
mod maven;
mod tidy;
mod worked_example;
