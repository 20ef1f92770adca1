//! The string table: where each string lies, decoded only where its bytes are not UTF-8 already.

use crate::bytes::{refuse, u32_at, u64_at, DexError};
use crate::header::Table;
use crate::mutf8;
use hashbrown::hash_table::{Entry, HashTable};
use hashbrown::DefaultHashBuilder;
use std::cmp::Ordering;
use std::hash::BuildHasher;
use std::sync::OnceLock;

/// Bytes of all strings together, in multiples of the file: ids may share a string, but not to explode it.
const CAP: usize = 2;
const DECODED: u32 = 1 << 31;
const FOREIGN: u32 = 1 << 31;
/// The lowest and the highest bit of each byte of a word.
const LOW: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// All strings of a DEX file; an id that is not there is an empty string.
#[derive(Debug, Default)]
pub struct Strings {
    /// Start in the file, or where the highest bit is set position in `apart`; length, with the highest bit for non-ASCII.
    spans: Vec<(u32, u32)>,
    /// Strings whose bytes in the file are not UTF-8, ascending by id.
    pub apart: Vec<Apart>,
    decoded: Vec<u8>,
    /// Strings with characters beyond ASCII, ascending.
    pub foreign: Vec<u32>,
    /// Whether the strings lie in the file in the order of their ids; some may lie at one place.
    pub in_order: bool,
    /// Whether the strings ascend, as the format promises.
    sorted: bool,
    /// Ids by text, made for a table that is not sorted.
    index: OnceLock<(HashTable<u32>, DefaultHashBuilder)>,
}

/// A string that is not read from the file, but from its decoded text.
#[derive(Debug, Clone, Copy)]
pub struct Apart {
    /// Id of the string.
    pub id: u32,
    /// Start in the file.
    start: u32,
    /// Start in the decoded texts.
    at: u32,
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
        self.spans.get(id as usize).map_or(&[], |&span| self.text(data, span))
    }

    /// Whether string `id` is read from the file.
    #[inline]
    #[must_use]
    pub fn is_in_file(&self, id: u32) -> bool {
        self.spans.get(id as usize).is_some_and(|&(start, _)| start & DECODED == 0)
    }

    #[inline]
    fn text<'a>(&'a self, data: &'a [u8], (start, length): (u32, u32)) -> &'a [u8] {
        let (from, start) = match self.apart_of(start) {
            None => (data, start),
            Some(apart) => (&*self.decoded, apart.at),
        };
        let start = start as usize;
        from.get(start..start + (length & !FOREIGN) as usize).unwrap_or(&[])
    }

    #[inline]
    fn apart_of(&self, start: u32) -> Option<&Apart> {
        if start & DECODED == 0 {
            return None;
        }
        self.apart.get((start & !DECODED) as usize)
    }

    /// Return the ids of the strings that start in the part of the file from `first` to `last`, if the table is in order.
    pub fn placed(&self, first: usize, last: usize) -> impl Iterator<Item = u32> + '_ {
        let low = self.spans.partition_point(|&(start, _)| self.place(start) < first);
        let starts = self.spans.iter().skip(low).take_while(move |span| self.place(span.0) <= last);
        (low as u32..).zip(starts).map(|(id, _)| id)
    }

    /// Return where in the file a string starts.
    #[inline]
    fn place(&self, start: u32) -> usize {
        self.apart_of(start).map_or(start, |apart| apart.start) as usize
    }

    /// Return the part of the file in which all strings lie, if the table is in order, and where it starts.
    #[must_use]
    pub fn block<'a>(&self, data: &'a [u8]) -> (usize, &'a [u8]) {
        let (Some(first), Some(last)) = (self.spans.first(), self.spans.last()) else { return (0, &[]) };
        let (low, last) = (self.place(first.0), self.place(last.0));
        let end = memchr::memchr(0, data.get(last..).unwrap_or(&[])).map_or(data.len(), |length| last + length);
        (low, data.get(low..end).unwrap_or(&[]))
    }

    /// Read the table; offsets must stay below `limit`.
    ///
    /// # Errors
    /// A string lies outside, does not end, or all together are larger than the cap.
    pub fn read(data: &[u8], table: Table, limit: usize) -> Result<Self, DexError> {
        let octets = data.get(..limit).unwrap_or(data);
        if table.count == 0 {
            return Ok(Self { sorted: true, in_order: true, ..Self::default() });
        }
        if limit >= DECODED as usize {
            return refuse("It is larger than 2 GiB.");
        }
        let spans = starts(octets, table)?;
        let last = spans.iter().map(|span| span.0).max().unwrap_or(0) as usize;
        if memchr::memchr(0, octets.get(last..).unwrap_or(&[])).is_none() {
            return refuse("A string does not end before the file does.");
        }
        let in_order = spans.is_sorted_by_key(|span| span.0);
        let mut found = Self { in_order, ..Self::default() };
        let mut total = 0_usize;
        found.spans = spans;
        found.sorted = true;
        // The string before this one, if it is plain.
        let mut before: Option<(usize, &[u8])> = None;
        for id in 0..found.spans.len() {
            let Some(&(start, told)) = found.spans.get(id) else { break };
            let plain = plain(octets, start as usize, told as usize);
            let length = match plain {
                Some(text) => text.len(),
                None => memchr::memchr(0, octets.get(start as usize..).unwrap_or(&[])).unwrap_or(0),
            };
            total += length;
            if total > CAP * octets.len() {
                return refuse("Its strings together are larger than the file.");
            }
            if plain.is_none() {
                found.keep(octets, id, start, length);
            }
            found.sorted &= match (before, plain) {
                (Some(before), Some(text)) => is_less(octets, before, (start as usize, text)),
                _ => found.ascends(data, id),
            };
            before = plain.map(|text| (start as usize, text));
        }
        found.decoded.shrink_to_fit();
        Ok(found)
    }

    /// Note where a string lies that is not ASCII of the length told.
    fn keep(&mut self, octets: &[u8], id: usize, start: u32, length: usize) {
        let raw = octets.get(start as usize..start as usize + length).unwrap_or(&[]);
        let mut span = (start, length as u32);
        if !raw.is_ascii() {
            let foreign = match mutf8::decode(raw) {
                None => true,
                Some(text) => {
                    span = (self.apart.len() as u32 | DECODED, text.len() as u32);
                    self.apart.push(Apart { id: id as u32, start, at: self.decoded.len() as u32 });
                    self.decoded.extend_from_slice(&text);
                    !text.is_ascii()
                }
            };
            if foreign {
                self.foreign.push(id as u32);
                span.1 |= FOREIGN;
            }
        }
        if let Some(slot) = self.spans.get_mut(id) {
            *slot = span;
        }
    }

    /// Whether string `id` is larger than the one before it, if there is one.
    fn ascends(&self, data: &[u8], id: usize) -> bool {
        let text = |id: usize| self.spans.get(id).map(|&span| (self.text(data, span), span.1 & FOREIGN != 0));
        let pair = id.checked_sub(1).and_then(text).zip(text(id));
        pair.is_none_or(|(before, text)| order(before, text) == Ordering::Less)
    }

    /// Whether two ids have the same string.
    #[must_use]
    pub fn has_twins(&self, data: &[u8]) -> bool {
        // Of a sorted table neighbours tell; of any other one a set does.
        !self.sorted && self.index(data).0.len() != self.len()
    }

    /// Return the id of the string `text`.
    #[must_use]
    pub fn find(&self, data: &[u8], text: &[u8]) -> Option<u32> {
        if self.sorted {
            let at = self.first_from(data, text);
            return (self.get(data, at as u32) == text && at < self.len()).then_some(at as u32);
        }
        let (table, hasher) = self.index(data);
        table.find(hasher.hash_one(text), |&id| self.get(data, id) == text).copied()
    }

    /// Return the ids of the strings that start with `prefix`.
    #[must_use]
    pub fn starting(&self, data: &[u8], prefix: &[u8]) -> Vec<u32> {
        let starts = |&id: &u32| self.get(data, id).starts_with(prefix);
        if self.sorted {
            return (self.first_from(data, prefix) as u32..self.len() as u32).take_while(starts).collect();
        }
        (0..self.len() as u32).filter(starts).collect()
    }

    /// Return the position of the first string that is not smaller than `text`, in a sorted table.
    fn first_from(&self, data: &[u8], text: &[u8]) -> usize {
        let wanted = (text, !text.is_ascii());
        self.spans
            .partition_point(|&span| order((self.text(data, span), span.1 & FOREIGN != 0), wanted) == Ordering::Less)
    }

    fn index(&self, data: &[u8]) -> &(HashTable<u32>, DefaultHashBuilder) {
        self.index.get_or_init(|| {
            let hasher = DefaultHashBuilder::default();
            let mut table = HashTable::with_capacity(self.len());
            for id in 0..self.len() as u32 {
                let text = self.get(data, id);
                let same = |&each: &u32| self.get(data, each) == text;
                let hash = |&each: &u32| hasher.hash_one(self.get(data, each));
                if let Entry::Vacant(free) = table.entry(hasher.hash_one(text), same, hash) {
                    free.insert(id);
                }
            }
            (table, hasher)
        })
    }
}

/// Compare two strings, each with whether it is beyond ASCII, in the order of UTF-16: that of string tables.
#[inline]
fn order((one, one_foreign): (&[u8], bool), (two, two_foreign): (&[u8], bool)) -> Ordering {
    // With ASCII on one side the order of bytes is that of UTF-16.
    if !(one_foreign && two_foreign) {
        return one.cmp(two);
    }
    let at = one.iter().zip(two).position(|(a, b)| a != b);
    match at.and_then(|at| one.get(at).zip(two.get(at))) {
        None => one.len().cmp(&two.len()),
        // Four bytes are a pair of surrogates, and those are smaller than U+E000.
        Some((&a, &b)) if a >= 0xEE && b >= 0xEE && (a >= 0xF0) != (b >= 0xF0) => b.cmp(&a),
        Some((a, b)) => a.cmp(b),
    }
}

/// Whether the first of two strings, each with its start in the file, is the smaller one; in both there is no zero.
///
/// Most differ in their first bytes, which costs less to see than the call of a function.
#[inline]
fn is_less(octets: &[u8], (at, one): (usize, &[u8]), (behind, two): (usize, &[u8])) -> bool {
    let (Some(first), Some(second)) = (u64_at(octets, at), u64_at(octets, behind)) else { return one < two };
    let same = (first ^ second).trailing_zeros() as usize / 8;
    match same {
        // The zero behind the shorter one is smaller than any byte; what comes after it is of no account.
        0..8 => same <= one.len() && first.swap_bytes() < second.swap_bytes(),
        _ => one < two,
    }
}

/// Return the string of `length` bytes of ASCII that starts at `start`, if it ends there and none of them is zero.
#[inline]
fn plain(octets: &[u8], start: usize, length: usize) -> Option<&[u8]> {
    let text = octets.get(start..start.checked_add(length)?)?;
    if octets.get(start + length) != Some(&0) {
        return None;
    }
    // Without a borrow from a zero, the highest bit of a byte is set in neither of the two just if the byte is 1 to 127.
    let odd = |word: u64| (word | word.wrapping_sub(LOW)) & HIGH;
    let found = match (text.last_chunk(), u64_at(octets, start)) {
        // The last eight bytes overlap those before.
        (Some(&last), _) => text
            .chunks_exact(8)
            .filter_map(|chunk| chunk.first_chunk())
            .fold(odd(u64::from_le_bytes(last)), |found, &chunk| found | odd(u64::from_le_bytes(chunk))),
        (None, Some(word)) => odd(word & !(u64::MAX << (8 * length)) | LOW << (8 * length)),
        (None, None) => text.iter().fold(0, |found, &byte| found | odd(u64::from(byte) | LOW << 8)),
    };
    (found == 0).then_some(text)
}

/// Return where the text of each string starts, behind its length as ULEB128, and that length, in units of UTF-16.
fn starts(octets: &[u8], table: Table) -> Result<Vec<(u32, u32)>, DexError> {
    let rows = octets.get(table.at..table.at + 4 * table.count).unwrap_or(&[]).chunks_exact(4);
    let mut starts: Vec<(u32, u32)> = rows.map(|row| (u32_at(row, 0).unwrap_or(u32::MAX), 0)).collect();
    let highest = starts.iter().map(|start| start.0).max().unwrap_or(0) as usize;
    if highest + 5 < octets.len() {
        for (start, told) in &mut starts {
            let mut length = 0;
            let raw = octets.get(*start as usize..*start as usize + 5).unwrap_or(&[]);
            for (rank, &byte) in raw.iter().enumerate() {
                length |= u32::from(byte & 0x7F) << (7 * rank);
                *start += 1;
                if byte < 0x80 {
                    break;
                }
            }
            *told = length & !FOREIGN;
        }
        return Ok(starts);
    }
    // Near the end of the file: step by step, so that each step is checked.
    let mut pending: Vec<usize> = (0..starts.len()).collect();
    for _ in 0..5 {
        if starts.iter().any(|&(start, _)| start as usize >= octets.len()) {
            return refuse("A string lies outside the file.");
        }
        pending.retain(|&id| {
            let Some((start, _)) = starts.get_mut(id) else { return false };
            let longer = octets.get(*start as usize).is_some_and(|&byte| byte >= 0x80);
            *start += 1;
            longer
        });
        if pending.is_empty() {
            break;
        }
    }
    Ok(starts)
}
