//! The one integration binary: what a user runs, and what holds the house together.

mod check;
mod company;
mod demo;
mod diagnostics;
mod evidence;
mod facts;
mod five_ways;
mod hostile;
<<<<<<< HEAD
mod init;
=======
mod laws;
>>>>>>> laws
mod maven;
mod oracle;
mod small;
mod tidy;
<<<<<<< HEAD
mod weekly;
=======
mod traps;
mod worked;
>>>>>>> laws
mod worked_example;
mod world;
