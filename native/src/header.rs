//! The header of a DEX file, versions 035 to 041, and where its tables lie.

use crate::bytes::{refuse, u32_at, DexError};

const HEADER: usize = 0x70;
const HEADER_41: usize = 0x78;
const ENDIAN: u32 = 0x1234_5678;
const MAGIC: &[u8] = b"dex\n";
const HEADERS_MAX: usize = 256;
/// Most entries of a table: some twenty times those of the largest apps, so that no file fills the memory.
const TABLE_MAX: usize = 4_000_000;

/// Names of the tables in the order of the header, each with the bytes of an entry.
const TABLES: [(&str, usize); 6] =
    [("string", 4), ("type", 4), ("proto", 12), ("field", 8), ("method", 8), ("class", 32)];

/// Memory that reading takes at most, in multiples of the file: strings that are no UTF-8 grow to six times its bytes,
/// tables make up the rest; what code takes is asked for in `sweep`. Real files take two to three.
const ROOM: usize = 16;

/// Where a table lies; checked to be inside the file.
#[derive(Debug, Clone, Copy, Default)]
pub struct Table {
    /// Offset of its first entry.
    pub at: usize,
    /// Number of entries.
    pub count: usize,
}

/// What the header says, checked against the bytes that are there.
#[derive(Debug, Clone)]
pub struct Header {
    /// 35 to 41.
    pub version: u32,
    /// Bytes of this DEX file (of this part, in a container).
    pub size: usize,
    /// Offsets count from the start of the bytes and must stay below this.
    pub limit: usize,
    /// Adler-32 as told.
    pub checksum: u32,
    /// SHA-1 as told.
    pub signature: Vec<u8>,
    /// String table.
    pub strings: Table,
    /// Type table.
    pub types: Table,
    /// Prototype table.
    pub protos: Table,
    /// Field table.
    pub fields: Table,
    /// Method table.
    pub methods: Table,
    /// Class definitions.
    pub classes: Table,
}

impl Header {
    /// Return the bytes of memory that reading the file may take, but for its code.
    #[must_use]
    pub fn room(&self) -> usize {
        self.limit.saturating_mul(ROOM)
    }
}

/// Return where the headers of a DEX file start: one, or several in a container of version 041.
#[must_use]
pub fn header_offsets(data: &[u8]) -> Vec<usize> {
    let mut offsets = vec![0];
    let mut at = 0_usize;
    while offsets.len() < HEADERS_MAX {
        let Some(head) = data.get(at..).filter(|rest| rest.len() >= HEADER_41) else { break };
        if !head.starts_with(MAGIC) || head.get(4..7).is_none_or(|version| version < b"041".as_slice()) {
            break;
        }
        let size = u32_at(head, 32).unwrap_or(0) as usize;
        if size < HEADER_41 || at + size >= data.len() {
            break;
        }
        at += size;
        offsets.push(at);
    }
    offsets
}

/// Read the header at `offset` of `data`.
///
/// # Errors
/// What ART would refuse.
pub fn read_header(data: &[u8], offset: usize) -> Result<Header, DexError> {
    let there = data.len().saturating_sub(offset);
    let Some(raw) = data.get(offset..).and_then(|rest| rest.get(..HEADER)) else {
        return refuse("It is too short for a DEX header.");
    };
    let version = read_version(raw)?;
    let word = |at: usize| u32_at(raw, at).unwrap_or(0) as usize;
    let (size, header_size) = (word(32), word(36));
    if word(40) != ENDIAN as usize {
        return refuse("Its byte order is not little-endian.");
    }
    let container = version >= 41;
    if header_size < if container { HEADER_41 } else { HEADER } {
        return refuse(format!("Its header is said to have {header_size} bytes."));
    }
    if size > there || size < header_size {
        return refuse(format!("It is said to have {size} bytes, but there are {there}."));
    }
    let limit = if container { data.len() } else { size };
    let pairs: Vec<(usize, usize)> = (0..6).map(|i| (word(56 + 8 * i), word(60 + 8 * i))).collect();
    let tables = read_tables((offset, offset + header_size), &pairs, limit)?;
    let [strings, types, protos, fields, methods, classes] = tables;
    Ok(Header {
        version,
        size,
        limit,
        checksum: word(8) as u32,
        signature: raw.get(12..32).unwrap_or(&[]).to_vec(),
        strings,
        types,
        protos,
        fields,
        methods,
        classes,
    })
}

fn read_version(raw: &[u8]) -> Result<u32, DexError> {
    let magic = raw.get(..8).unwrap_or(&[]);
    let digits = magic.get(4..7).unwrap_or(&[]);
    if !magic.starts_with(MAGIC) || magic.get(7) != Some(&0) || !digits.iter().all(u8::is_ascii_digit) {
        let number = magic.iter().fold(0_u64, |sum, &byte| sum << 8 | u64::from(byte));
        return refuse(format!("It does not start like a DEX file but with {number:016x}."));
    }
    let version = digits.iter().fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'));
    if !(35..=41).contains(&version) {
        return refuse(format!("Its version is {version:03}; 035 to 041 can be read."));
    }
    Ok(version)
}

fn read_tables(header: (usize, usize), pairs: &[(usize, usize)], limit: usize) -> Result<[Table; 6], DexError> {
    let mut tables = [Table::default(); 6];
    let mut spans = vec![(header.0, header.1, "header")];
    for ((table, (kind, width)), &(count, start)) in tables.iter_mut().zip(TABLES).zip(pairs) {
        if count == 0 {
            continue;
        }
        let end = start + count * width;
        if end > limit {
            return refuse(format!("Its {kind} table with {count} entries at {start} ends after the file."));
        }
        if count > TABLE_MAX {
            return refuse(format!("Its {kind} table with {count} entries is larger than that of any app."));
        }
        spans.push((start, end, kind));
        *table = Table { at: start, count };
    }
    spans.sort_unstable();
    for pair in spans.windows(2) {
        if let [(_, end, before), (start, _, after)] = pair {
            if end > start {
                return refuse(format!("Its {before} and {after} tables overlap."));
            }
        }
    }
    Ok(tables)
}
