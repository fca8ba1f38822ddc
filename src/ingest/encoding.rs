//! From the bytes of a file to UTF-8 text with one kind of line break, as a stream.
//!
//! In comes a path; out go what kind of bytes the file holds ([`Coding`]) and a reader of clean text ([`Text`]).
//! Knows nothing of cells. One byte far down may decide between UTF-8 and Windows-1252. So a file is read as UTF-8
//! until something in it is none, and then looked through from end to end and read anew; no more than a few buffers
//! of it are ever in memory.

use encoding_rs::{CoderResult, Decoder, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use flate2::read::MultiGzDecoder;
use memchr::{memchr, memchr_iter};
use rayon::prelude::*;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

const BUFFER: usize = 1 << 17;
/// How much of a file is kept to find its delimiter and its header.
pub(super) const SAMPLE: usize = 1 << 17;

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
    fn of(start: &[u8], encoding: &'static encoding_rs::Encoding, counts: &Counts) -> Self {
        let (decoded, _) = encoding.decode_with_bom_removal(start);
        let mut sample = decoded.into_owned();
        let breaks_with_cr = sample.contains('\r') && !sample.contains('\n');
        if breaks_with_cr {
            sample = sample.replace('\r', "\n");
        }
        sample.retain(|sign| sign != '\0');
        let is_utf8 = encoding == UTF_8;
        let is_utf16 = encoding == UTF_16LE || encoding == UTF_16BE;
        Coding {
            encoding,
            breaks_with_cr,
            damaged: if is_utf8 { counts.invalid } else { 0 },
            nul_bytes: if is_utf16 { 0 } else { counts.nul_bytes },
            sample,
        }
    }

    pub fn name(&self) -> &'static str {
        self.encoding.name()
    }
}

/// Opens a file, unpacking it where its name ends in `.gz`.
pub(super) fn open(path: &Path) -> io::Result<Box<dyn Read + Send>> {
    let file = File::open(path)?;
    let is_packed = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("gz"));
    Ok(if is_packed { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) })
}

/// How much of a file is looked at before it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// Its beginning: if that is no UTF-16, the file is taken for sound UTF-8 until it shows that it is not.
    Start,
    Whole,
}

/// What kind of bytes a file holds, as far as one has looked.
pub(super) fn look(path: &Path, look: Look) -> io::Result<Coding> {
    if look == Look::Whole {
        return look_through(path);
    }
    let mut start = Vec::new();
    open(path)?.take(SAMPLE as u64).read_to_end(&mut start)?;
    Ok(Coding::of(&start, utf16(&start).unwrap_or(UTF_8), &Counts::default()))
}

/// Looks through the bytes of a file once.
fn look_through(path: &Path) -> io::Result<Coding> {
    let mut bytes = open(path)?;
    let mut counts = Counts::default();
    let mut parts = some(&mut bytes)?;
    let mut start = Vec::new();
    for part in &parts {
        start.extend_from_slice(&part[..part.len().min(SAMPLE - start.len())]);
    }
    let mut cut = Vec::new();
    while !parts.is_empty() {
        for part in &mut parts {
            make_whole(part, &mut cut);
        }
        let (of_parts, further) =
            rayon::join(|| parts.par_iter().map(|part| Counts::of(part)).collect::<Vec<_>>(), || some(&mut bytes));
        of_parts.into_iter().for_each(|of_part| counts.add(of_part));
        parts = further?;
    }
    counts.add(Counts::of(&cut));
    let encoding = utf16(&start).unwrap_or_else(|| if counts.is_likely_utf8() { UTF_8 } else { WINDOWS_1252 });
    Ok(Coding::of(&start, encoding, &counts))
}

/// The next parts of a file, as many as are looked at at once; none at its end.
fn some(bytes: &mut impl Read) -> io::Result<Vec<Vec<u8>>> {
    let part = || {
        let mut part = Vec::with_capacity(BUFFER);
        match bytes.by_ref().take(BUFFER as u64).read_to_end(&mut part) {
            Ok(0) => None,
            Ok(_) => Some(Ok(part)),
            Err(error) => Some(Err(error)),
        }
    };
    std::iter::from_fn(part).take(4 * rayon::current_num_threads()).collect()
}

/// Gives a part the character that the one before it was cut in, and takes from it the one that it is cut in itself.
fn make_whole(part: &mut Vec<u8>, cut: &mut Vec<u8>) {
    if !cut.is_empty() {
        part.splice(..0, cut.drain(..));
    }
    // A character has at most three bytes after its first.
    let is_first = |byte: &u8| *byte & 0xC0 != 0x80;
    let last = part.iter().rev().take(4).position(is_first).map_or(part.len(), |back| part.len() - 1 - back);
    *cut = part.split_off(last);
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

/// How much of some bytes is UTF-8 beyond ASCII, and how much is not.
#[derive(Default)]
struct Counts {
    valid: u64,
    invalid: u64,
    nul_bytes: u64,
}

impl Counts {
    fn of(part: &[u8]) -> Self {
        let nul_bytes = memchr_iter(0, part).count() as u64;
        let mut counts = Counts { nul_bytes, ..Counts::default() };
        if part.is_ascii() {
            return counts;
        }
        // Each character beyond ASCII has one byte that starts it.
        let starts = |text: &str| text.bytes().filter(|byte| *byte >= 0xC0).count() as u64;
        if let Ok(text) = std::str::from_utf8(part) {
            counts.valid = starts(text);
            return counts;
        }
        for chunk in part.utf8_chunks() {
            counts.valid += starts(chunk.valid());
            counts.invalid += u64::from(!chunk.invalid().is_empty());
        }
        counts
    }

    fn add(&mut self, other: Counts) {
        self.valid += other.valid;
        self.invalid += other.invalid;
        self.nul_bytes += other.nul_bytes;
    }

    /// A sequence of Windows-1252 letters is hardly ever valid UTF-8, so the valid ones speak louder.
    fn is_likely_utf8(&self) -> bool {
        self.invalid == 0 || self.valid > self.invalid
    }
}

/// A stream of UTF-8 text: decoded, without byte order mark and NUL.
pub(super) struct Text {
    bytes: Box<dyn Read + Send>,
    /// Absent for sound UTF-8, which passes as it is.
    decoder: Option<Decoder>,
    breaks_with_cr: bool,
    has_nul: bool,
    is_at_start: bool,
    is_ended: bool,
    /// Follows what passes as sound UTF-8.
    soundness: Soundness,
}

/// Whether bytes that come in parts are UTF-8 without NUL.
#[derive(Default)]
struct Soundness {
    is_broken: bool,
    /// The beginning of a character that the last part was cut in.
    cut: Vec<u8>,
}

impl Soundness {
    fn follow(&mut self, mut part: &[u8]) {
        self.is_broken |= memchr(0, part).is_some();
        while let (false, false, Some((next, rest))) = (self.is_broken, self.cut.is_empty(), part.split_first()) {
            self.cut.push(*next);
            part = rest;
            match std::str::from_utf8(&self.cut) {
                Ok(_) => self.cut.clear(),
                Err(error) => self.is_broken = error.error_len().is_some(),
            }
        }
        if let Err(error) = std::str::from_utf8(part) {
            self.is_broken |= error.error_len().is_some();
            self.cut.extend_from_slice(&part[error.valid_up_to()..]);
        }
    }
}

impl Text {
    pub fn open(path: &Path, coding: &Coding) -> io::Result<Self> {
        let is_sound = coding.encoding == UTF_8 && coding.damaged == 0;
        Ok(Self {
            bytes: open(path)?,
            decoder: (!is_sound).then(|| coding.encoding.new_decoder_with_bom_removal()),
            breaks_with_cr: coding.breaks_with_cr,
            has_nul: coding.nul_bytes > 0 || !is_sound,
            is_at_start: true,
            is_ended: false,
            soundness: Soundness::default(),
        })
    }

    /// Whether something in the file was no UTF-8, or a NUL, though the file was taken for sound.
    pub fn is_broken(&self) -> bool {
        self.soundness.is_broken
    }

    /// Appends more of the text; whether there is any.
    pub fn read(&mut self, target: &mut Vec<u8>) -> io::Result<bool> {
        let known = target.len();
        while target.len() == known && !self.is_ended {
            match &mut self.decoder {
                None => {
                    let mark = "\u{feff}".as_bytes();
                    let length = (&mut self.bytes).take(BUFFER as u64).read_to_end(target)?;
                    self.soundness.follow(&target[known..]);
                    // A character cut by the end of the file is none.
                    self.soundness.is_broken |= length == 0 && !self.soundness.cut.is_empty();
                    if std::mem::take(&mut self.is_at_start) && target[known..].starts_with(mark) {
                        target.drain(known..known + mark.len());
                    }
                    self.is_ended = length == 0;
                }
                Some(decoder) => {
                    let mut raw = Vec::with_capacity(BUFFER);
                    let length = (&mut self.bytes).take(BUFFER as u64).read_to_end(&mut raw)?;
                    decode(decoder, &raw, target);
                    self.is_ended = length == 0;
                }
            }
            self.clean(known, target);
        }
        Ok(target.len() > known)
    }

    /// Takes away what is no text from a position on.
    fn clean(&self, from: usize, target: &mut Vec<u8>) {
        if self.has_nul && target[from..].contains(&0) {
            let mut text = target.split_off(from);
            text.retain(|byte| *byte != 0);
            target.append(&mut text);
        }
        if self.breaks_with_cr {
            for byte in target[from..].iter_mut().filter(|byte| **byte == b'\r') {
                *byte = b'\n';
            }
        }
    }
}

/// Appends the text of some bytes; of none at the end of the file.
fn decode(decoder: &mut Decoder, raw: &[u8], target: &mut Vec<u8>) {
    let mut text = String::with_capacity(decoder.max_utf8_buffer_length(raw.len()).unwrap_or(4 * BUFFER));
    let mut rest = raw;
    loop {
        let (result, taken, _) = decoder.decode_to_string(rest, &mut text, raw.is_empty());
        rest = &rest[taken..];
        if result == CoderResult::InputEmpty {
            break;
        }
        text.reserve(BUFFER);
    }
    target.extend_from_slice(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    /// The text of a file with these bytes, and its encoding.
    fn text(bytes: &[u8], name: &str) -> (String, &'static str) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let coding = look(&path, Look::Whole).unwrap();
        let mut stream = Text::open(&path, &coding).unwrap();
        let mut text = Vec::new();
        while stream.read(&mut text).unwrap() {}
        (String::from_utf8(text).unwrap(), coding.name())
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
    fn characters_that_parts_cut_are_counted_as_those_of_the_whole() {
        // Euro signs of three bytes, a letter of Windows-1252, an unfinished character, bytes that continue nothing.
        let bytes = b"ab\xE2\x82\xACc\xEBd\xE2\x82\xAC\xE2\x82e\x80\x80\x80\x80\x80\xE2\x82";
        let whole = Counts::of(bytes);
        assert_eq!((whole.valid, whole.invalid), (2, 8));
        for length in 1..bytes.len() {
            let (mut counts, mut cut) = (Counts::default(), Vec::new());
            for part in bytes.chunks(length) {
                let mut part = part.to_vec();
                make_whole(&mut part, &mut cut);
                counts.add(Counts::of(&part));
            }
            counts.add(Counts::of(&cut));
            assert_eq!((counts.valid, counts.invalid), (2, 8), "parts of {length}");
        }
    }

    #[test]
    fn carriage_returns_alone_break_lines_and_nul_bytes_go() {
        assert_eq!(text(b"a,b\r1,2\r", "a.csv").0, "a,b\n1,2\n");
        assert_eq!(text(b"a,b\r\n1,\0<p>\r\n", "a.csv").0, "a,b\r\n1,<p>\r\n");
    }
}
