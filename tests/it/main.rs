//! The one integration binary: what a user runs, and what holds the house together.

#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "tests write what they read")]

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
mod help;
mod hostile;
mod init;
mod laws;
mod maven;
mod memory;
mod oracle;
mod packages;
mod shuffled;
mod small;
mod templates;
mod tidy;
mod traps;
mod twelve_weeks;
mod weekly;
mod worked;
mod worked_example;
mod world;
