//! The one integration binary: what a user runs, and what holds the house together.

mod bank;
mod check;
mod company;
mod deck;
mod deck_template;
mod demo;
mod diagnostics;
mod docs;
mod evidence;
mod facts;
mod five_ways;
mod hostile;
mod init;
mod laws;
mod maven;
mod oracle;
mod shuffled;
mod small;
mod tidy;
mod traps;
mod weekly;
mod worked;
mod worked_example;
mod world;
