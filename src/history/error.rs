//! Why the bank cannot be used, and what to do about it.

use rusqlite::ErrorCode;
use std::path::{Path, PathBuf};

/// Every error leaves the bank as the last whole run left it.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    #[error(
        "{path} is damaged: {what}\nhint: nothing was changed in it; move it away, put the last backup in its place, or \
         rescue what can be read with: sqlite3 {path} .recover | sqlite3 rescued.db"
    )]
    Damaged { path: PathBuf, what: String },
    #[error("{path} is no bank of quarterdeck\nhint: name another file under [sources] history, or move this one away")]
    Foreign { path: PathBuf },
    #[error("{path} was written by a newer quarterdeck: its schema is {found}, this one knows {known}\nhint: update")]
    Newer { path: PathBuf, found: i64, known: i64 },
    #[error(
        "another run is banking in {path}; nothing was banked by this one\nhint: run it again when the other is done"
    )]
    Busy { path: PathBuf },
    #[error(
        "there is no room to bank in {path}; it is as the last run left it\nhint: make room on the disk and run again"
    )]
    Full { path: PathBuf },
    #[error(
        "cannot write {path}: {what}\nhint: the file and its folder must be writable, since SQLite keeps a journal beside it"
    )]
    NotWritable { path: PathBuf, what: String },
    #[error(
        "{path} holds amounts in {banked}, and money.currency is {configured}\nhint: name a new file under [sources] \
         history; amounts of two currencies cannot be compared"
    )]
    Currency { path: PathBuf, banked: String, configured: String },
    #[error("{path}: {source}")]
    Other { path: PathBuf, source: rusqlite::Error },
}

/// Says of an error of SQLite which file it is about and what it means for the user.
pub(super) fn about(path: &Path) -> impl Fn(rusqlite::Error) -> HistoryError + '_ {
    move |source| {
        let path = path.to_path_buf();
        let what = source.to_string();
        match source.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => HistoryError::Busy { path },
            Some(ErrorCode::DiskFull) => HistoryError::Full { path },
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => HistoryError::Damaged { path, what },
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                HistoryError::NotWritable { path, what }
            }
            // A file size limit is no full disk to the system, but it is one to the user.
            Some(ErrorCode::SystemIoFailure) if is_failed_write(&source) => HistoryError::Full { path },
            _ => HistoryError::Other { path, source },
        }
    }
}

fn is_failed_write(error: &rusqlite::Error) -> bool {
    let written = [rusqlite::ffi::SQLITE_IOERR_WRITE, rusqlite::ffi::SQLITE_IOERR_TRUNCATE];
    error.sqlite_error().is_some_and(|error| written.contains(&error.extended_code))
}
