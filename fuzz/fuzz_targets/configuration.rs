//! Any text as a configuration: it is understood or refused, and never a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::path::Path;

fuzz_target!(|text: &str| {
    if let Err(error) = quarterdeck::config::parse(text, Path::new("quarterdeck.toml")) {
        assert!(!error.to_string().is_empty());
    }
});
