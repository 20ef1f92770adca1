//! Entries of a central directory, as far as they make sense.
//!
//! Layouts: APPNOTE.TXT 6.3.10, sections 4.3.12 (central directory) and 4.5.3 (zip64 field).

use crate::bytes::{u16_at, u32_at, u64_at};

const CENTRAL: usize = 46;
const MAGIC: u32 = 0x0201_4B50;
const NONE32: u64 = 0xFFFF_FFFF;
const LOCAL: usize = 30;
const LOCAL_MAGIC: u32 = 0x0403_4B50;
const DESCRIPTOR: u16 = 0x0008;

/// Method of a deflated member.
pub const DEFLATED: u16 = 8;

/// One entry as the central directory tells it; every figure may be a lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Name as its raw bytes.
    pub name: Vec<u8>,
    /// 0 stored, 8 deflated.
    pub method: u16,
    /// General purpose flags.
    pub flags: u16,
    /// Bytes in the file.
    pub compressed_size: u64,
    /// Bytes after inflating.
    pub size: u64,
    /// CRC-32 of the content.
    pub crc32: u32,
    /// Where its local header starts, as told.
    pub header_offset: u64,
}

/// Entries, and where they stop.
#[derive(Debug, Default)]
pub struct Entries {
    /// In the order of the directory, duplicates included.
    pub entries: Vec<Entry>,
    /// Position behind the last.
    pub stop: usize,
    /// Whether there are more than asked for.
    pub too_many: bool,
}

/// Return the entries of `data` from `start` until they stop making sense or `stop` is reached, at most `most`.
#[must_use]
pub fn read_entries(data: &[u8], start: usize, stop: usize, most: usize) -> Entries {
    let data = data.get(..stop).unwrap_or(data);
    let mut found = Entries { stop: start, ..Entries::default() };
    while let Some((entry, after)) = read_entry(data, found.stop) {
        if found.entries.len() >= most {
            found.too_many = true;
            break;
        }
        found.entries.push(entry);
        found.stop = after;
    }
    found
}

fn read_entry(data: &[u8], at: usize) -> Option<(Entry, usize)> {
    let head = data.get(at..)?.get(..CENTRAL)?;
    if u32_at(head, 0)? != MAGIC {
        return None;
    }
    let (name_size, extra_size, comment_size) = (u16_at(head, 28)?, u16_at(head, 30)?, u16_at(head, 32)?);
    let name_end = at + CENTRAL + usize::from(name_size);
    let extra = data.get(name_end..name_end + usize::from(extra_size))?;
    let after = name_end + extra.len() + usize::from(comment_size);
    if after > data.len() {
        return None;
    }
    let told = [u64::from(u32_at(head, 24)?), u64::from(u32_at(head, 20)?), u64::from(u32_at(head, 42)?)];
    let [size, compressed_size, header_offset] = zip64_sizes(extra, told);
    let entry = Entry {
        name: data.get(at + CENTRAL..name_end)?.to_vec(),
        method: u16_at(head, 10)?,
        flags: u16_at(head, 8)?,
        compressed_size,
        size,
        crc32: u32_at(head, 16)?,
        header_offset,
    };
    Some((entry, after))
}

/// Return size, compressed size and offset with those that are 0xffffffff taken from the zip64 extra field.
fn zip64_sizes(extra: &[u8], told: [u64; 3]) -> [u64; 3] {
    if !told.contains(&NONE32) {
        return told;
    }
    let mut at = 0;
    while let (Some(tag), Some(length)) = (u16_at(extra, at), u16_at(extra, at + 2)) {
        let length = usize::from(length);
        if tag == 0x0001 {
            let end = (at + 4 + length / 8 * 8).min(extra.len());
            let mut wide = at + 4;
            return told.map(|value| {
                if value != NONE32 || wide + 8 > end {
                    return value;
                }
                wide += 8;
                u64_at(extra, wide - 8).unwrap_or(value)
            });
        }
        at += 4 + length;
    }
    told
}

/// Return the bytes of a member whose local header at `at` says just what the directory says; else `None`.
#[must_use]
pub fn member<'a>(data: &'a [u8], entry: &Entry, at: usize) -> Option<&'a [u8]> {
    member_start(data, entry, at, 0)
}

/// Return the same where `data` is only a part of the file, as far as it goes; `after` bytes of the file follow it.
#[must_use]
pub fn member_start<'a>(data: &'a [u8], entry: &Entry, at: usize, after: usize) -> Option<&'a [u8]> {
    let head = data.get(at..)?.get(..LOCAL)?;
    let name = data.get(at + LOCAL..)?.get(..usize::from(u16_at(head, 26)?))?;
    if u32_at(head, 0)? != LOCAL_MAGIC || name != entry.name || u16_at(head, 8)? != entry.method {
        return None;
    }
    let told = (u64::from(u32_at(head, 18)?), u64::from(u32_at(head, 22)?));
    let sized = u16_at(head, 6)? & DESCRIPTOR == 0;
    if sized && told != (entry.compressed_size, entry.size) && told != (NONE32, NONE32) {
        return None;
    }
    let packed = data.get(at + LOCAL + name.len() + usize::from(u16_at(head, 28)?)..)?;
    let size = usize::try_from(entry.compressed_size).ok()?;
    if size > packed.len().checked_add(after)? {
        return None;
    }
    packed.get(..size.min(packed.len()))
}
