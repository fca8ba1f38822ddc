//! The one integration binary: what a user runs, and what holds the house together.

mod check;
mod company;
mod demo;
mod diagnostics;
mod evidence;
mod facts;
mod five_ways;
mod hostile;
mod init;
mod maven;
mod shuffled;
mod tidy;
mod worked_example;
