//! The string table: where each string lies, decoded only where its bytes are not UTF-8 already.

use crate::bytes::{refuse, u32_at, DexError};
use crate::header::Table;
use crate::mutf8;
use hashbrown::HashSet;

/// Bytes of all strings together, in multiples of the file: ids may share a string, but not to explode it.
const CAP: usize = 2;
const DECODED: u32 = 1 << 31;
const FOREIGN: u32 = 1 << 31;

/// All strings of a DEX file; an id that is not there is an empty string.
#[derive(Debug, Default)]
pub struct Strings {
    /// Start in the file, or in `decoded` where the highest bit is set; length, with the highest bit for non-ASCII.
    spans: Vec<(u32, u32)>,
    decoded: Vec<u8>,
}

impl Strings {
    /// Number of strings.
    #[must_use]
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// Return string `id` as WTF-8; `data` is the file.
    #[inline]
    #[must_use]
    pub fn get<'a>(&'a self, data: &'a [u8], id: u32) -> &'a [u8] {
        let Some(&(start, length)) = self.spans.get(id as usize) else { return &[] };
        let (from, start) = if start & DECODED == 0 { (data, start) } else { (&*self.decoded, start & !DECODED) };
        let start = start as usize;
        from.get(start..start + (length & !FOREIGN) as usize).unwrap_or(&[])
    }

    /// Whether string `id` has characters beyond ASCII.
    #[inline]
    #[must_use]
    pub fn is_foreign(&self, id: u32) -> bool {
        self.spans.get(id as usize).is_some_and(|&(_, length)| length & FOREIGN != 0)
    }

    /// Return the span in the file of string `id`, if it is read from there.
    #[inline]
    #[must_use]
    pub fn span(&self, id: u32) -> Option<(usize, usize)> {
        let &(start, length) = self.spans.get(id as usize)?;
        (start & DECODED == 0).then_some((start as usize, (length & !FOREIGN) as usize))
    }

    /// Read the table; offsets must stay below `limit`.
    ///
    /// # Errors
    /// A string lies outside, does not end, or all together are larger than the cap.
    pub fn read(data: &[u8], table: Table, limit: usize) -> Result<Self, DexError> {
        let octets = data.get(..limit).unwrap_or(data);
        if table.count == 0 {
            return Ok(Self::default());
        }
        if limit >= DECODED as usize {
            return refuse("It is larger than 2 GiB.");
        }
        let starts = starts(octets, table)?;
        let last = starts.iter().copied().max().unwrap_or(0);
        if memchr::memchr(0, octets.get(last..).unwrap_or(&[])).is_none() {
            return refuse("A string does not end before the file does.");
        }
        let mut found = Self { spans: Vec::with_capacity(starts.len()), decoded: Vec::new() };
        let mut total = 0_usize;
        for start in starts {
            let rest = octets.get(start..).unwrap_or(&[]);
            let length = memchr::memchr(0, rest).unwrap_or(0);
            total += length;
            if total > CAP * octets.len() {
                return refuse("Its strings together are larger than the file.");
            }
            found.keep(start, rest.get(..length).unwrap_or(&[]));
        }
        Ok(found)
    }

    fn keep(&mut self, start: usize, raw: &[u8]) {
        if raw.is_ascii() {
            self.spans.push((start as u32, raw.len() as u32));
            return;
        }
        match mutf8::decode(raw) {
            None => self.spans.push((start as u32, raw.len() as u32 | FOREIGN)),
            Some(text) => {
                let at = self.decoded.len() as u32 | DECODED;
                let foreign = if text.is_ascii() { 0 } else { FOREIGN };
                self.spans.push((at, text.len() as u32 | foreign));
                self.decoded.extend(text);
            }
        }
    }

    /// Whether two ids have the same string.
    #[must_use]
    pub fn has_twins(&self, data: &[u8]) -> bool {
        let count = self.len() as u32;
        let rises = |id: u32| {
            let (one, two) = (self.get(data, id - 1), self.get(data, id));
            // With ASCII on one side the order of bytes is that of UTF-16.
            if self.is_foreign(id - 1) && self.is_foreign(id) {
                stands_before(one, two)
            } else {
                one < two
            }
        };
        let sorted = (1..count).all(rises);
        // Tables are sorted, so neighbours tell; of an unsorted one a set does.
        !sorted && (0..count).map(|id| self.get(data, id)).collect::<HashSet<_>>().len() != self.len()
    }
}

/// Return whether `one` is smaller in the order of UTF-16, which is that of string tables.
fn stands_before(one: &[u8], two: &[u8]) -> bool {
    let at = one.iter().zip(two).position(|(a, b)| a != b);
    match at.and_then(|at| one.get(at).zip(two.get(at))) {
        None => one.len() < two.len(),
        // Four bytes are a pair of surrogates, and those are smaller than U+E000.
        Some((&a, &b)) if a >= 0xEE && b >= 0xEE && (a >= 0xF0) != (b >= 0xF0) => a >= 0xF0,
        Some((a, b)) => a < b,
    }
}

/// Return where the text of each string starts: behind its ULEB128 length.
fn starts(octets: &[u8], table: Table) -> Result<Vec<usize>, DexError> {
    let mut starts: Vec<usize> =
        (0..table.count).map(|id| u32_at(octets, table.at + 4 * id).unwrap_or(u32::MAX) as usize).collect();
    let highest = starts.iter().copied().max().unwrap_or(0);
    if highest + 5 < octets.len() {
        for start in &mut starts {
            let length = octets.get(*start..*start + 5).unwrap_or(&[]);
            *start += length.iter().position(|&byte| byte < 0x80).map_or(5, |at| at + 1);
        }
        return Ok(starts);
    }
    // Near the end of the file: step by step, so that each step is checked.
    let mut pending: Vec<usize> = (0..starts.len()).collect();
    for _ in 0..5 {
        if starts.iter().any(|&start| start >= octets.len()) {
            return refuse("A string lies outside the file.");
        }
        pending.retain(|&id| {
            let Some(start) = starts.get_mut(id) else { return false };
            let longer = octets.get(*start).is_some_and(|&byte| byte >= 0x80);
            *start += 1;
            longer
        });
        if pending.is_empty() {
            break;
        }
    }
    Ok(starts)
}
