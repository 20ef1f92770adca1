//! The first bytes of a deflated member, without the large tables that pay off only for whole members.
//!
//! Layout: RFC 1951. Codes are decoded bit by bit from the number of codes of each length, as in Mark Adler's puff.

/// Longest code.
const BITS: usize = 15;
/// Longest code of code lengths.
const SHORT: u32 = 7;
/// Most symbols of a code.
const SYMBOLS: usize = 288;
/// Most bytes that are asked for.
const MOST: usize = 64;
/// End of a block.
const END: u16 = 256;
/// In which order the lengths of code length codes stand.
const ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
/// What each symbol of the code of lengths stands for: a length, how often at least, further bits for how much more, and
/// whether it is the length before once again.
#[allow(clippy::indexing_slicing)] // it runs when the crate is built
const RUNS: [(u8, u16, u32, bool); 19] = {
    let mut runs = [(0, 1, 0, false); 19];
    let mut length = 0;
    while length < 16 {
        runs[length].0 = length as u8;
        length += 1;
    }
    runs[16] = (0, 3, 2, true);
    runs[17] = (0, 3, 3, false);
    runs[18] = (0, 11, 7, false);
    runs
};
/// The most of those bits.
const MOST_MORE: u32 = 7;
/// Least length and further bits of the symbols behind `END`.
const LENGTHS: [(u16, u8); 29] = [
    (3, 0),
    (4, 0),
    (5, 0),
    (6, 0),
    (7, 0),
    (8, 0),
    (9, 0),
    (10, 0),
    (11, 1),
    (13, 1),
    (15, 1),
    (17, 1),
    (19, 2),
    (23, 2),
    (27, 2),
    (31, 2),
    (35, 3),
    (43, 3),
    (51, 3),
    (59, 3),
    (67, 4),
    (83, 4),
    (99, 4),
    (115, 4),
    (131, 5),
    (163, 5),
    (195, 5),
    (227, 5),
    (258, 0),
];

/// Return the first `size` inflated bytes, at most 64; `None` if the stream breaks or ends before.
///
/// Nothing, if `firsts` are given and the first byte is none of them: then the rest is of no interest.
#[must_use]
pub fn inflate_head(packed: &[u8], size: usize, firsts: Option<&[u8]>) -> Option<Vec<u8>> {
    let size = size.min(MOST);
    let mut bits = Bits { rest: packed, held: 0, count: 0 };
    let mut out = Vec::with_capacity(size);
    while out.len() < size {
        let last = bits.take(1)? == 1;
        match bits.take(2)? {
            0 => stored(&mut bits, &mut out, size)?,
            1 => {
                let (literals, distances) = fixed()?;
                block(&mut bits, &literals, &distances, &mut out, size)?;
            }
            2 => {
                let (literals, distances) = dynamic(&mut bits)?;
                if let Some(firsts) = firsts.filter(|_| out.is_empty()) {
                    let first = literals.first(&bits).filter(|&symbol| symbol < END);
                    if first.is_some_and(|first| !firsts.contains(&(first as u8))) {
                        return Some(out);
                    }
                }
                block(&mut bits, &literals, &distances, &mut out, size)?;
            }
            _ => return None,
        }
        if let (Some(firsts), Some(first)) = (firsts, out.first()) {
            if !firsts.contains(first) {
                return Some(Vec::new());
            }
        }
        if last && out.len() < size {
            return None;
        }
    }
    Some(out)
}

/// A stream of bits, the lowest first.
struct Bits<'a> {
    rest: &'a [u8],
    held: u64,
    count: u32,
}

impl Bits<'_> {
    /// Hold at least `wanted` bits, as far as there are some.
    fn fill(&mut self, wanted: u32) {
        if self.count >= wanted {
            return;
        }
        if let Some((word, _)) = self.rest.split_first_chunk::<8>() {
            // As many bytes at once as there is room for.
            let bytes = (63 - self.count) / 8;
            self.held |= (u64::from_le_bytes(*word) & ((1 << (8 * bytes)) - 1)) << self.count;
            self.count += 8 * bytes;
            self.rest = self.rest.get(bytes as usize..).unwrap_or(&[]);
            return;
        }
        while self.count < wanted {
            let Some((&byte, rest)) = self.rest.split_first() else { return };
            self.held |= u64::from(byte) << self.count;
            self.count += 8;
            self.rest = rest;
        }
    }

    fn take(&mut self, wanted: u32) -> Option<u16> {
        self.fill(wanted);
        let value = (self.held & ((1 << wanted) - 1)) as u16;
        self.drop(wanted)?;
        Some(value)
    }

    fn drop(&mut self, used: u32) -> Option<()> {
        self.count = self.count.checked_sub(used)?;
        self.held >>= used;
        Some(())
    }
}

/// A Huffman code: the length of the code of each symbol, and how many there are of each length.
struct Code {
    lengths: [u8; SYMBOLS],
    counts: [u16; BITS + 1],
}

impl Code {
    /// Return the code of which each symbol has the length given; `None` if no such code can be.
    fn new(told: &[u8]) -> Option<Self> {
        let mut counts = [0; BITS + 1];
        for &length in told {
            *counts.get_mut(usize::from(length))? += 1;
        }
        Self::counted(told, counts)
    }

    /// The same where the symbols of each length are counted.
    fn counted(told: &[u8], counts: [u16; BITS + 1]) -> Option<Self> {
        let mut code = Self { lengths: [0; SYMBOLS], counts };
        code.lengths.get_mut(..told.len())?.copy_from_slice(told);
        let mut left = 1_i32;
        for &count in code.counts.iter().skip(1) {
            left = 2 * left - i32::from(count);
            if left < 0 {
                return None;
            }
        }
        // An incomplete code may only be one of a single symbol.
        let used = told.len() - usize::from(*code.counts.first()?);
        (left == 0 || used <= 1).then_some(code)
    }

    /// Return the symbol that `bits` starts with; they stay where they are.
    fn first(&self, bits: &Bits) -> Option<u16> {
        let mut ahead = Bits { ..*bits };
        self.decode(&mut ahead)
    }

    fn decode(&self, bits: &mut Bits) -> Option<u16> {
        bits.fill(BITS as u32);
        let (mut code, mut first) = (0_u32, 0_u32);
        for (length, &count) in self.counts.iter().enumerate().skip(1) {
            code |= (bits.held >> (length - 1)) as u32 & 1;
            let count = u32::from(count);
            if code < first + count {
                bits.drop(length as u32)?;
                let of_length = self.lengths.iter().zip(0..).filter(|(&each, _)| usize::from(each) == length);
                return of_length.map(|(_, symbol)| symbol).nth((code - first) as usize);
            }
            first = (first + count) << 1;
            code <<= 1;
        }
        None
    }
}

/// Codes of literals and lengths, and of distances.
type Codes = (Code, Code);

/// Return the codes that need no telling.
fn fixed() -> Option<Codes> {
    let length = |symbol| match symbol {
        144..=255 => 9,
        256..=279 => 7,
        _ => 8_u8,
    };
    let lengths: Vec<u8> = (0..288).map(length).collect();
    Some((Code::new(&lengths)?, Code::new(&[5; 32])?))
}

/// Return the codes that are told in front of a block.
fn dynamic(bits: &mut Bits) -> Option<Codes> {
    let literals = usize::from(bits.take(5)?) + 257;
    let distances = usize::from(bits.take(5)?) + 1;
    let told = usize::from(bits.take(4)?) + 4;
    if literals > 286 || distances > 30 {
        return None;
    }
    let mut of_lengths = [0_u8; 19];
    for &at in ORDER.iter().take(told) {
        *of_lengths.get_mut(at)? = bits.take(3)? as u8;
    }
    Code::new(&of_lengths)?;
    let table = short_table(&of_lengths)?;
    let mut all = [0_u8; 328];
    // Counted run by run: one by one, each would wait for the one before it.
    let mut counts = [[0_u16; BITS + 1]; 2];
    let (mut at, mut before) = (0, 0);
    while at < literals + distances {
        bits.fill(SHORT + MOST_MORE);
        let &(symbol, length) = table.get((bits.held & 127) as usize)?;
        let &(told, least, more, again) = RUNS.get(usize::from(symbol))?;
        if length == 0 || (again && at == 0) {
            return None;
        }
        bits.drop(u32::from(length))?;
        let times = least + (bits.held & ((1 << more) - 1)) as u16;
        bits.drop(more)?;
        let value = if again { before } else { told };
        // Of a longer run all is zero, as is what nobody has written yet.
        all.get_mut(at..at + 8)?.fill(value);
        let of_literals = literals.saturating_sub(at).min(usize::from(times)) as u16;
        let [of_literal, of_distance] = &mut counts;
        *of_literal.get_mut(usize::from(value))? += of_literals;
        *of_distance.get_mut(usize::from(value))? += times - of_literals;
        at += usize::from(times);
        before = value;
    }
    if at > literals + distances {
        return None;
    }
    let lengths = all.get(..at)?;
    if lengths.get(usize::from(END)) == Some(&0) {
        return None;
    }
    let (literals, distances) = lengths.split_at_checked(literals)?;
    let [of_literal, of_distance] = counts;
    Some((Code::counted(literals, of_literal)?, Code::counted(distances, of_distance)?))
}

/// Return symbol and length of the code that each seven bits start with; length 0 where there is none.
fn short_table(lengths: &[u8; 19]) -> Option<[(u8, u8); 128]> {
    let mut table = [(0, 0); 128];
    let mut code = 0_u32;
    for length in 1..=SHORT {
        for (symbol, _) in (0_u8..).zip(lengths).filter(|(_, &each)| u32::from(each) == length) {
            let first = code.reverse_bits() >> (32 - length);
            for at in (first as usize..table.len()).step_by(1 << length) {
                *table.get_mut(at)? = (symbol, length as u8);
            }
            code += 1;
        }
        code <<= 1;
    }
    Some(table)
}

/// Append what a block of codes says, until it ends or there is enough.
fn block(bits: &mut Bits, literals: &Code, distances: &Code, out: &mut Vec<u8>, size: usize) -> Option<()> {
    while out.len() < size {
        let symbol = literals.decode(bits)?;
        if symbol < END {
            out.push(symbol as u8);
            continue;
        }
        if symbol == END {
            return Some(());
        }
        let &(least, more) = LENGTHS.get(usize::from(symbol - END - 1))?;
        let length = least + bits.take(u32::from(more))?;
        let symbol = distances.decode(bits)?;
        let distance = usize::from(distance(bits, symbol)?);
        for _ in 0..length {
            if out.len() < size {
                out.push(*out.get(out.len().checked_sub(distance)?)?);
            }
        }
    }
    Some(())
}

/// Return the distance behind a symbol.
fn distance(bits: &mut Bits, symbol: u16) -> Option<u16> {
    if symbol < 4 {
        return Some(symbol + 1);
    }
    if symbol > 29 {
        return None;
    }
    let more = u32::from(symbol / 2 - 1);
    let base = (2 + symbol % 2) << more;
    Some(base + 1 + bits.take(more)?)
}

/// Append the bytes of a block that is not compressed.
fn stored(bits: &mut Bits, out: &mut Vec<u8>, size: usize) -> Option<()> {
    bits.drop(bits.count % 8)?;
    let length = bits.take(16)?;
    if bits.take(16)? != !length {
        return None;
    }
    for _ in 0..length {
        if out.len() == size {
            break;
        }
        out.push(bits.take(8)? as u8);
    }
    Some(())
}
