//! All `class_data_items` of a DEX file: which methods have code, and where.

use crate::bytes::{refuse, u64_at, DexError};
use std::cell::{Cell, OnceCell};

/// The fewest bytes of one encoded method: three ULEB128 numbers.
const METHOD_BYTES: u64 = 3;
const ULEB_MAX: usize = 5;
const BLOCK: usize = 256;

/// One encoded method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EncodedMethod {
    /// Method id.
    pub method: u32,
    /// Offset of the code item; 0 for abstract and native methods.
    pub code: u32,
    /// Whether it stands in the list of virtual methods.
    pub is_virtual: bool,
}

/// Why the numbers of a class cannot be read.
enum Bad {
    Cut,
    Long,
}

impl From<Bad> for DexError {
    fn from(bad: Bad) -> Self {
        match bad {
            Bad::Cut => Self::Wrong("A class has data that goes on after the file.".into()),
            Bad::Long => Self::Wrong("A class has a number of more than five bytes.".into()),
        }
    }
}

/// Return the methods of the items at `offsets` (0 for a class without one); shared items count once.
///
/// # Errors
/// An item runs out of the file, has a number too long, or a method outside the table of `methods`; or the items
/// together have more methods than the file has room for.
pub fn read_methods(octets: &[u8], offsets: &[u32], methods: usize) -> Result<Vec<EncodedMethod>, DexError> {
    let mut starts: Vec<usize> = offsets.iter().filter(|&&at| at != 0).map(|&at| at as usize).collect();
    starts.sort_unstable();
    starts.dedup();
    let Some(&last) = starts.last() else { return Ok(Vec::new()) };
    if last >= octets.len() {
        return refuse("A class has its data outside the file.");
    }
    if let Some(found) = quick(octets, &starts, methods) {
        return Ok(found);
    }
    let numbers = Numbers { octets, room: Cell::new(2 * octets.len()), index: OnceCell::new() };
    numbers.skip(last, 4).ok_or(Bad::Cut)?;
    let heads = starts.into_iter().map(|start| numbers.head(start)).collect::<Result<Vec<_>, _>>()?;
    let lists = heads.iter().map(|head| numbers.methods_at(head)).collect::<Option<Vec<_>>>().ok_or(Bad::Cut)?;
    let total: u64 = heads.iter().map(Head::methods).sum();
    if total * METHOD_BYTES > octets.len() as u64 {
        return refuse("Its classes together define more methods than it has room for.");
    }
    let mut found = Vec::with_capacity(total as usize);
    let mut outside = false;
    for (head, mut at) in heads.iter().zip(lists) {
        let mut id = 0_u64;
        for rank in 0..head.methods() {
            let difference = numbers.next(&mut at)?;
            numbers.next(&mut at)?; // access flags
            let code = numbers.next(&mut at)?;
            let first = rank == 0 || rank == head.direct;
            id = if first { u64::from(difference) } else { id.saturating_add(u64::from(difference)) };
            outside |= id >= methods as u64;
            found.push(EncodedMethod { method: id as u32, code, is_virtual: rank >= head.direct });
        }
    }
    if outside {
        return refuse("A class defines a method outside the method table.");
    }
    Ok(found)
}

/// Return the methods of the items at `starts` in one pass; `None` where anything is odd: the slow way says what.
fn quick(octets: &[u8], starts: &[usize], methods: usize) -> Option<Vec<EncodedMethod>> {
    let most = octets.len() as u64 / METHOD_BYTES;
    let mut room = 2 * octets.len();
    let mut found = Vec::with_capacity(methods.min(most as usize));
    for &start in starts {
        let mut at = start;
        let mut counts = [0_u64; 4];
        for count in &mut counts {
            *count = u64::from(quick_number(octets, &mut at)?);
        }
        let [static_fields, instance_fields, direct, virtuals] = counts;
        if found.len() as u64 + direct + virtuals > most {
            return None;
        }
        quick_skip(octets, &mut at, 2 * (static_fields + instance_fields))?;
        for (count, is_virtual) in [(direct, false), (virtuals, true)] {
            let mut method = 0_u32;
            for _ in 0..count {
                let [difference, _access_flags, code] = quick_numbers(octets, &mut at)?;
                method = method.checked_add(difference)?;
                if method as usize >= methods {
                    return None;
                }
                found.push(EncodedMethod { method, code, is_virtual });
            }
        }
        room = room.checked_sub(at - start)?;
    }
    found.shrink_to_fit(); // more methods are named than defined
    Some(found)
}

/// The highest bit of each byte of `word` that ends a number.
#[inline]
fn ends_of(word: u64) -> u64 {
    !word & 0x8080_8080_8080_8080
}

/// Return the number at `at` and move behind it, if at least eight bytes are there and it has no more than five.
///
/// Without branches on its length, which nobody could guess.
#[inline]
fn quick_number(octets: &[u8], at: &mut usize) -> Option<u32> {
    let word = u64_at(octets, *at)?;
    let bits = ends_of(word).trailing_zeros() + 1;
    *at += bits as usize / 8;
    number_of(word, bits)
}

/// Return three numbers as `quick_number` does; where they stand in eight bytes, nothing waits for the end of the first.
#[inline]
fn quick_numbers(octets: &[u8], at: &mut usize) -> Option<[u32; 3]> {
    let word = u64_at(octets, *at)?;
    let first = ends_of(word);
    let second = first & first.wrapping_sub(1);
    let third = second & second.wrapping_sub(1);
    if third == 0 {
        return Some([quick_number(octets, at)?, quick_number(octets, at)?, quick_number(octets, at)?]);
    }
    let [one, two, all] = [first, second, third].map(|ends| ends.trailing_zeros() + 1);
    *at += all as usize / 8;
    Some([number_of(word, one)?, number_of(word >> one, two - one)?, number_of(word >> two, all - two)?])
}

/// Move behind the next `count` numbers, however long they are, while eight bytes are there.
#[inline]
fn quick_skip(octets: &[u8], at: &mut usize, mut count: u64) -> Option<()> {
    while count >= 8 {
        count -= u64::from(ends_of(u64_at(octets, *at)?).count_ones());
        *at += 8;
    }
    while count > 0 {
        count -= u64::from(octets.get(*at)? & 0x80 == 0);
        *at += 1;
    }
    Some(())
}

/// Return the number in the lowest `bits` of `word`, seven of each byte; `None` if it has more than five bytes.
#[inline]
fn number_of(word: u64, bits: u32) -> Option<u32> {
    if bits > 8 * ULEB_MAX as u32 {
        return None;
    }
    let kept = word & (u64::MAX >> (64 - bits));
    let group = |rank: u32| kept >> rank & 0x7F << (7 * rank);
    Some((group(0) | group(1) | group(2) | group(3) | group(4)) as u32)
}

/// The four counts in front of a class, and where they end.
struct Head {
    fields: u64,
    direct: u64,
    virtuals: u64,
    end: usize,
}

impl Head {
    fn methods(&self) -> u64 {
        self.direct + self.virtuals
    }
}

/// ULEB128 numbers of a file: each ends at its first byte below 0x80.
struct Numbers<'a> {
    octets: &'a [u8],
    /// Bytes that may still be skipped one by one.
    room: Cell<usize>,
    /// How many numbers end before each block; made when classes claim more than the file has.
    index: OnceCell<Vec<u32>>,
}

impl Numbers<'_> {
    /// Return the number at `at` and move behind it.
    fn next(&self, at: &mut usize) -> Result<u32, Bad> {
        let raw = self.octets.get(*at..).ok_or(Bad::Cut)?;
        let mut value = 0_u64;
        for (i, &byte) in raw.iter().take(ULEB_MAX).enumerate() {
            value |= u64::from(byte & 0x7F) << (7 * i);
            if byte < 0x80 {
                *at += i + 1;
                return Ok(value as u32);
            }
        }
        Err(if raw.len() > ULEB_MAX { Bad::Long } else { Bad::Cut })
    }

    fn head(&self, start: usize) -> Result<Head, Bad> {
        let mut at = start;
        let fields = u64::from(self.next(&mut at)?) + u64::from(self.next(&mut at)?);
        let (direct, virtuals) = (self.next(&mut at)?, self.next(&mut at)?);
        Ok(Head { fields, direct: u64::from(direct), virtuals: u64::from(virtuals), end: at })
    }

    /// Return where the methods of a class start, if all of them end before the file does.
    fn methods_at(&self, head: &Head) -> Option<usize> {
        let at = self.skip(head.end, 2 * head.fields)?;
        self.skip(at, 3 * head.methods())?;
        Some(at)
    }

    /// Return the position behind the next `count` numbers.
    fn skip(&self, at: usize, count: u64) -> Option<usize> {
        let rest = self.octets.get(at..)?;
        if count == 0 {
            return Some(at);
        }
        if count > rest.len() as u64 {
            return None;
        }
        let mut left = count;
        for (i, &byte) in rest.iter().take(self.room.get()).enumerate() {
            left -= u64::from(byte < 0x80);
            if left == 0 {
                self.room.set(self.room.get() - i);
                return Some(at + i + 1);
            }
        }
        self.room.set(0);
        self.select(at, count)
    }

    /// The same by the index: classes that claim whole files cost no more than others.
    fn select(&self, at: usize, count: u64) -> Option<usize> {
        let index = self.index.get_or_init(|| {
            let mut total = 0;
            let blocks = self.octets.chunks(BLOCK).map(|block| {
                let before = total;
                total += ends_in(block);
                before
            });
            blocks.collect()
        });
        let block = at / BLOCK;
        let before = u64::from(*index.get(block)?) + u64::from(ends_in(self.octets.get(block * BLOCK..at)?));
        let wanted = before + count;
        let block = index.partition_point(|&ends| u64::from(ends) < wanted).checked_sub(1)?;
        let mut ends = u64::from(*index.get(block)?);
        for (i, &byte) in self.octets.get(block * BLOCK..)?.iter().take(BLOCK).enumerate() {
            ends += u64::from(byte < 0x80);
            if ends == wanted {
                return Some(block * BLOCK + i + 1);
            }
        }
        None
    }
}

fn ends_in(block: &[u8]) -> u32 {
    block.iter().map(|&byte| u32::from(byte < 0x80)).sum()
}
