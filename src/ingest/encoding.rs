//! From the bytes of a file to UTF-8 text with one kind of line break, as a stream.
//!
//! In comes a path; out go what kind of bytes the file holds ([`Coding`]) and a reader of clean text ([`Text`]).
//! Knows nothing of cells. The whole file is looked at once before it is read, because one byte far down may
//! decide between UTF-8 and Windows-1252; no more than a buffer of it is ever in memory.

use encoding_rs::{CoderResult, Decoder, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use flate2::read::MultiGzDecoder;
use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

const BUFFER: usize = 1 << 16;
/// How much of a file is kept to find its delimiter and its header.
pub(super) const SAMPLE: usize = 1 << 17;
/// Stands after the last line: a quotation mark that is never closed swallows it, and so shows.
pub(super) const END_MARK: &str = "\u{4}quarterdeck:end";

/// What kind of bytes a file holds.
#[derive(Debug, Clone)]
pub(super) struct Coding {
    pub encoding: &'static encoding_rs::Encoding,
    /// Old Macintosh files break lines with a carriage return alone.
    breaks_with_cr: bool,
    /// Byte sequences that are no UTF-8 in a file that otherwise is.
    pub damaged: u64,
    pub nul_bytes: u64,
    /// The beginning of the file as clean text.
    pub sample: String,
}

impl Coding {
    pub fn name(&self) -> &'static str {
        self.encoding.name()
    }
}

/// Opens a file, unpacking it where its name ends in `.gz`.
pub(super) fn open(path: &Path) -> io::Result<Box<dyn Read>> {
    let file = File::open(path)?;
    let is_packed = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("gz"));
    Ok(if is_packed { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) })
}

/// Looks through the bytes of a file once.
pub(super) fn look(path: &Path) -> io::Result<Coding> {
    let mut bytes = open(path)?;
    let mut buffer = vec![0; BUFFER];
    let mut start = Vec::new();
    let mut utf8 = Utf8Count::default();
    let mut nul_bytes = 0;
    loop {
        let length = match bytes.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let part = &buffer[..length];
        if start.len() < SAMPLE {
            start.extend_from_slice(&part[..length.min(SAMPLE - start.len())]);
        }
        utf8.add(part);
        if part.contains(&0) {
            nul_bytes += part.iter().filter(|byte| **byte == 0).count() as u64;
        }
    }
    utf8.end();
    let encoding = utf16(&start).unwrap_or_else(|| if utf8.is_likely() { UTF_8 } else { WINDOWS_1252 });
    let (decoded, _) = encoding.decode_with_bom_removal(&start);
    let mut sample = decoded.into_owned();
    let breaks_with_cr = sample.contains('\r') && !sample.contains('\n');
    if breaks_with_cr {
        sample = sample.replace('\r', "\n");
    }
    sample.retain(|sign| sign != '\0');
    let is_utf8 = encoding == UTF_8;
    Ok(Coding {
        encoding,
        breaks_with_cr,
        damaged: if is_utf8 { utf8.invalid } else { 0 },
        nul_bytes: if encoding == UTF_16LE || encoding == UTF_16BE { 0 } else { nul_bytes },
        sample,
    })
}

/// UTF-16 by its mark, or by zeros in every other byte.
fn utf16(start: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    match start {
        [0xFF, 0xFE, ..] => return Some(UTF_16LE),
        [0xFE, 0xFF, ..] => return Some(UTF_16BE),
        _ => {}
    }
    let zeros = |offset: usize| start.iter().skip(offset).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let many = start.len() / 4;
    if start.len() >= 4 && odd > many && even == 0 {
        Some(UTF_16LE)
    } else if start.len() >= 4 && even > many && odd == 0 {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// Counts what is UTF-8 beyond ASCII and what is not, over parts that may cut a character.
#[derive(Default)]
struct Utf8Count {
    valid: u64,
    invalid: u64,
    cut: Vec<u8>,
}

impl Utf8Count {
    fn add(&mut self, part: &[u8]) {
        if self.cut.is_empty() && part.is_ascii() {
            return;
        }
        let mut bytes = std::mem::take(&mut self.cut);
        bytes.extend_from_slice(part);
        let mut rest = bytes.as_slice();
        loop {
            match std::str::from_utf8(rest) {
                Ok(text) => return self.count(text),
                Err(error) => {
                    let (good, bad) = rest.split_at(error.valid_up_to());
                    if let Ok(text) = std::str::from_utf8(good) {
                        self.count(text);
                    }
                    let Some(length) = error.error_len() else {
                        self.cut = bad.to_vec();
                        return;
                    };
                    self.invalid += 1;
                    rest = &bad[length..];
                }
            }
        }
    }

    fn count(&mut self, text: &str) {
        // Each character beyond ASCII has one byte that starts it.
        self.valid += text.bytes().filter(|byte| *byte >= 0xC0).count() as u64;
    }

    fn end(&mut self) {
        self.invalid += u64::from(!self.cut.is_empty());
    }

    /// A sequence of Windows-1252 letters is hardly ever valid UTF-8, so the valid ones speak louder.
    fn is_likely(&self) -> bool {
        self.invalid == 0 || self.valid > self.invalid
    }
}

/// A reader of UTF-8 text: decoded, without byte order mark and NUL, ending in a line break and [`END_MARK`].
pub(super) struct Text {
    bytes: Box<dyn Read>,
    /// Absent for sound UTF-8, which passes as it is.
    decoder: Option<Decoder>,
    breaks_with_cr: bool,
    has_nul: bool,
    raw: Vec<u8>,
    ready: Vec<u8>,
    given: usize,
    is_at_start: bool,
    is_ended: bool,
    quotes: Quotes,
}

/// Follows the quotation marks of a text to find those that close a cell in the middle of its text.
///
/// A reader of CSV takes such a mark in its stride, and with it whole lines that a stray mark has swallowed.
struct Quotes {
    delimiter: u8,
    is_open: bool,
    /// The byte before the part at hand.
    last: u8,
    /// How many bytes of text came before the part at hand.
    before: u64,
    /// A mark that closes a cell if what follows is no other mark; it ended the last part.
    pending: bool,
    strays: VecDeque<u64>,
}

impl Quotes {
    fn follow(&mut self, part: &[u8]) {
        let mut at = 0;
        if std::mem::take(&mut self.pending) {
            at += self.close(part.first().copied(), self.before);
        }
        while let Some(next) = part.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == b'"')) {
            let mark = at + next;
            at = mark + 1;
            if self.is_open {
                match part.get(at) {
                    Some(following) => at += self.close(Some(*following), self.before + at as u64),
                    None => self.pending = true,
                }
            } else {
                let previous = mark.checked_sub(1).map_or(self.last, |before| part[before]);
                self.is_open = previous == self.delimiter || previous == b'\n';
            }
        }
        if let Some(last) = part.last() {
            self.last = *last;
        }
        self.before += part.len() as u64;
    }

    /// A mark within an open cell: gives 1 to skip where it is the first of two, which stand for one.
    fn close(&mut self, following: Option<u8>, offset: u64) -> usize {
        if following == Some(b'"') {
            return 1;
        }
        self.is_open = false;
        if !following.is_none_or(|byte| byte == self.delimiter || matches!(byte, b'\n' | b'\r' | b' ')) {
            self.strays.push_back(offset);
        }
        0
    }
}

impl Text {
    /// Whether a quotation mark in these bytes of the text closes a cell and more text follows it.
    pub fn has_stray_quote(&mut self, start: u64, end: u64) -> bool {
        let mut is_found = false;
        while let Some(offset) = self.quotes.strays.front().copied().filter(|offset| *offset < end) {
            is_found |= offset >= start;
            self.quotes.strays.pop_front();
        }
        is_found
    }

    pub fn open(path: &Path, coding: &Coding, delimiter: u8) -> io::Result<Self> {
        let is_sound = coding.encoding == UTF_8 && coding.damaged == 0;
        Ok(Self {
            bytes: open(path)?,
            decoder: (!is_sound).then(|| coding.encoding.new_decoder_with_bom_removal()),
            breaks_with_cr: coding.breaks_with_cr,
            has_nul: coding.nul_bytes > 0 || !is_sound,
            raw: vec![0; BUFFER],
            ready: Vec::with_capacity(BUFFER),
            given: 0,
            is_at_start: true,
            is_ended: false,
            quotes: Quotes {
                delimiter,
                is_open: false,
                last: b'\n',
                before: 0,
                pending: false,
                strays: VecDeque::new(),
            },
        })
    }

    /// Makes more text ready; nothing is ready after the end.
    fn fill(&mut self) -> io::Result<()> {
        self.ready.clear();
        self.given = 0;
        while self.ready.is_empty() && !self.is_ended {
            let length = match self.bytes.read(&mut self.raw) {
                Ok(length) => length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            self.decode(length);
            if length == 0 {
                self.is_ended = true;
                self.ready.extend_from_slice(b"\n");
                self.ready.extend_from_slice(END_MARK.as_bytes());
                self.ready.extend_from_slice(b"\n");
            }
        }
        self.quotes.follow(&self.ready);
        Ok(())
    }

    fn decode(&mut self, length: usize) {
        let part = &self.raw[..length];
        match &mut self.decoder {
            None => {
                let mark = "\u{feff}".as_bytes();
                let part = if self.is_at_start { part.strip_prefix(mark).unwrap_or(part) } else { part };
                self.is_at_start &= length == 0;
                self.ready.extend_from_slice(part);
            }
            Some(decoder) => {
                let mut text = String::with_capacity(decoder.max_utf8_buffer_length(length).unwrap_or(4 * BUFFER));
                let mut rest = part;
                loop {
                    let (result, taken, _) = decoder.decode_to_string(rest, &mut text, length == 0);
                    rest = &rest[taken..];
                    if result == CoderResult::InputEmpty {
                        break;
                    }
                    text.reserve(BUFFER);
                }
                self.ready.extend_from_slice(text.as_bytes());
            }
        }
        if self.has_nul && self.ready.contains(&0) {
            self.ready.retain(|byte| *byte != 0);
        }
        if self.breaks_with_cr {
            for byte in &mut self.ready {
                if *byte == b'\r' {
                    *byte = b'\n';
                }
            }
        }
    }
}

impl Read for Text {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        if self.given == self.ready.len() {
            self.fill()?;
        }
        let length = target.len().min(self.ready.len() - self.given);
        target[..length].copy_from_slice(&self.ready[self.given..self.given + length]);
        self.given += length;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    /// The text of a file with these bytes, without the end mark, and its encoding.
    fn text(bytes: &[u8], name: &str) -> (String, &'static str) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let coding = look(&path).unwrap();
        let mut text = String::new();
        Text::open(&path, &coding, b',').unwrap().read_to_string(&mut text).unwrap();
        let text = text.strip_suffix(&format!("\n{END_MARK}\n")).unwrap().to_owned();
        (text, coding.name())
    }

    #[test]
    fn every_encoding_of_one_text_reads_alike() {
        let wanted = "id,name\nO1,Žofie – 10 €\n";
        let utf16 = |swap: bool| -> Vec<u8> {
            wanted.encode_utf16().flat_map(|unit| if swap { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
        };
        let with = |mark: &[u8], rest: Vec<u8>| [mark.to_vec(), rest].concat();
        assert_eq!(text(wanted.as_bytes(), "a.csv"), (wanted.into(), "UTF-8"));
        assert_eq!(text(&with(b"\xEF\xBB\xBF", wanted.into()), "a.csv"), (wanted.into(), "UTF-8"));
        assert_eq!(text(&with(b"\xFF\xFE", utf16(false)), "a.csv"), (wanted.into(), "UTF-16LE"));
        assert_eq!(text(&with(b"\xFE\xFF", utf16(true)), "a.csv"), (wanted.into(), "UTF-16BE"));
        assert_eq!(text(&utf16(false), "a.csv"), (wanted.into(), "UTF-16LE"));
        let (bytes, _, _) = WINDOWS_1252.encode(wanted);
        assert_eq!(text(&bytes, "a.csv"), (wanted.into(), "windows-1252"));
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(wanted.as_bytes()).unwrap();
        assert_eq!(text(&packed.finish().unwrap(), "a.csv.gz"), (wanted.into(), "UTF-8"));
    }

    #[test]
    fn a_letter_far_down_still_decides_the_encoding() {
        let mut bytes = b"id,name\n".to_vec();
        bytes.extend(b"O1,plain\n".repeat(40_000));
        bytes.extend(b"O2,Zo\xEB\n");
        let (text, encoding) = text(&bytes, "a.csv");
        assert_eq!(encoding, "windows-1252");
        assert!(text.ends_with("Zoë\n"));
    }

    #[test]
    fn one_damaged_byte_does_not_turn_utf8_into_another_encoding() {
        let (text, encoding) = text(b"\xC3\xA9t\xC3\xA9,\xFFx\n", "a.csv");
        assert_eq!((text.as_str(), encoding), ("été,\u{fffd}x\n", "UTF-8"));
    }

    #[test]
    fn carriage_returns_alone_break_lines_and_nul_bytes_go() {
        assert_eq!(text(b"a,b\r1,2\r", "a.csv").0, "a,b\n1,2\n");
        assert_eq!(text(b"a,b\r\n1,\0<p>\r\n", "a.csv").0, "a,b\r\n1,<p>\r\n");
    }
}
