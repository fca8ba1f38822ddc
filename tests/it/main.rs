//! The one integration binary: what a user runs, and what holds the house together.

mod company;
mod demo;
mod evidence;
mod facts;
mod hostile;
mod laws;
mod maven;
mod oracle;
mod small;
mod tidy;
mod traps;
mod worked;
mod worked_example;
mod world;
