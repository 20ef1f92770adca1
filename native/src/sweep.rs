//! One linear pass over the code of a DEX file: calls, constants, types and fields as columns.

use crate::bytes::{has_room, refuse, u16_at, u32_at, DexError};
use crate::class_data::EncodedMethod;
use crate::counting::starts_of;
use crate::opcodes::{payload_length, Kind, CONST_STRING_JUMBO, FILL_ARRAY, OPCODES, PACKED_SWITCH, SPARSE_SWITCH};

/// Bytes of instructions of all methods together, in multiples of the file.
const CODE_CAP: u64 = 8;
/// The same, in bytes.
const CODE_MAX: u64 = 128 << 20;
/// Memory that the columns take at most, in multiples of the code: an instruction of four bytes has a row of thirteen;
/// a column that has grown has room for as many again, and has left gaps as large as that.
const ROOM: usize = 16;
const CODE_HEADER: usize = 16;
/// Instructions of one kind that are kept before they go to their columns.
const LATEST: usize = 128;
/// Room for the number of any `Kind`.
const KINDS: usize = 8;
/// How many methods ahead code is fetched.
const AHEAD: usize = 4;
/// Code units for each call, string, type and field that are usual.
const USUAL: [usize; 4] = [14, 80, 40, 20];

/// Instructions of one kind as parallel columns, in the order of caller and offset.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Uses {
    /// Id of the method that the instruction stands in.
    pub caller: Vec<u32>,
    /// Id of what it refers to.
    pub target: Vec<u32>,
    /// Where it stands in the method, in code units.
    pub offset: Vec<u32>,
    /// Its opcode.
    pub opcode: Vec<u8>,
}

impl Uses {
    /// Move all of `others` behind these.
    fn append(&mut self, others: Self) {
        self.caller.extend(others.caller);
        self.target.extend(others.target);
        self.offset.extend(others.offset);
        self.opcode.extend(others.opcode);
    }

    /// Make room for as many as are usual; it is taken only when it is used.
    fn reserve(&mut self, count: usize) {
        for column in [&mut self.caller, &mut self.target, &mut self.offset] {
            column.reserve(count);
        }
        self.opcode.reserve(count);
    }

    /// Give back the room that was not used.
    fn shrink(&mut self) {
        for column in [&mut self.caller, &mut self.target, &mut self.offset] {
            column.shrink_to_fit();
        }
        self.opcode.shrink_to_fit();
    }

    /// Number of instructions.
    #[must_use]
    pub fn len(&self) -> usize {
        self.caller.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.caller.is_empty()
    }

    /// Return the rows of one caller.
    #[must_use]
    pub fn rows_of(&self, caller: u32) -> std::ops::Range<usize> {
        let low = self.caller.partition_point(|&each| each < caller);
        let rest = self.caller.get(low..).unwrap_or(&[]);
        low..low + rest.partition_point(|&each| each <= caller)
    }

    /// Return target, offset and opcode of a row.
    #[must_use]
    pub fn row(&self, row: usize) -> Option<(u32, u32, u8)> {
        Some((*self.target.get(row)?, *self.offset.get(row)?, *self.opcode.get(row)?))
    }

    /// Return target and opcode of some rows.
    pub fn targets(&self, rows: std::ops::Range<usize>) -> impl Iterator<Item = (u32, u8)> + '_ {
        let targets = self.target.get(rows.clone()).unwrap_or(&[]);
        targets.iter().copied().zip(self.opcode.get(rows).unwrap_or(&[]).iter().copied())
    }

    /// Sort by caller and offset, if a method is defined twice.
    fn sort(&mut self) {
        let mut order: Vec<usize> = (0..self.len()).collect();
        order.sort_by_key(|&row| (self.caller.get(row), self.offset.get(row)));
        let pick = |column: &[u32]| order.iter().filter_map(|&row| column.get(row).copied()).collect();
        let opcode = order.iter().filter_map(|&row| self.opcode.get(row).copied()).collect();
        *self = Self { caller: pick(&self.caller), target: pick(&self.target), offset: pick(&self.offset), opcode };
    }
}

/// Lengths of the tables that instructions refer to.
#[derive(Debug, Clone, Copy)]
pub struct Counts {
    /// Strings.
    pub strings: usize,
    /// Types.
    pub types: usize,
    /// Fields.
    pub fields: usize,
    /// Methods.
    pub methods: usize,
}

/// Where the code of a method lies, in code units from the start of the file.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Item {
    /// Method id.
    pub owner: u32,
    /// First unit.
    pub start: u32,
    /// Behind the last unit.
    pub end: u32,
}

/// What the code of one DEX file refers to.
#[derive(Debug, Default, Clone)]
pub struct Sweep {
    /// invoke-*, without invoke-custom.
    pub calls: Uses,
    /// const-string and its jumbo form.
    pub strings: Uses,
    /// new-instance and const-class.
    pub types: Uses,
    /// Gets and puts.
    pub fields: Uses,
    /// Code that was swept, in the order of owners.
    pub items: Vec<Item>,
    /// Instructions that were met.
    pub instructions: u64,
    /// Methods whose code item does not fit into the file.
    pub rejected: usize,
    /// Instructions whose target lies outside its table.
    pub bad_ids: u64,
    /// Instructions with an undefined opcode.
    pub unknown_opcodes: u64,
}

/// Sweep the code of `methods` in `octets`; `part_size` is the size of the DEX file, for the cap on code.
///
/// # Errors
/// All methods together claim more code than the cap, or than there is memory for.
pub fn sweep(octets: &[u8], methods: &[EncodedMethod], counts: Counts, part_size: usize) -> Result<Sweep, DexError> {
    let with_code = methods.iter().filter(|method| method.code != 0);
    let total = with_code.clone().count();
    let mut items: Vec<Item> = Vec::with_capacity(total);
    items.extend(with_code.filter_map(|method| item_of(octets, *method)));
    let claimed: u64 = items.iter().map(|item| u64::from(item.end - item.start)).sum();
    if claimed * 2 > (CODE_CAP * part_size as u64).min(CODE_MAX) {
        return refuse("Its methods together claim more code than it has room for.");
    }
    // Methods may share their code, so that it is not the file that says how much there is.
    if !has_room(2 * claimed as usize * ROOM) {
        return Err(DexError::NoRoom);
    }
    let items = in_order(items, counts.methods);
    let (walk, behind) = walk_both(octets, counts, &items, claimed as usize);
    let instructions = walk.instructions + behind.instructions;
    let bad_ids = walk.bad_ids + behind.bad_ids;
    let unknown_opcodes = walk.unknown_opcodes + behind.unknown_opcodes;
    let [mut calls, mut strings, mut types, mut fields] = walk.uses;
    for (uses, rest) in [&mut calls, &mut strings, &mut types, &mut fields].into_iter().zip(behind.uses) {
        uses.append(rest);
        uses.shrink();
    }
    if items.windows(2).any(|pair| matches!(pair, [a, b] if a.owner == b.owner)) {
        for uses in [&mut calls, &mut strings, &mut types, &mut fields] {
            uses.sort();
        }
    }
    Ok(Sweep {
        calls,
        strings,
        types,
        fields,
        rejected: total - items.len(),
        items,
        instructions,
        bad_ids,
        unknown_opcodes,
    })
}

/// Walk through the first and the second half of the code at the same time; return what each has met.
///
/// Where an instruction starts is known only after the one before it was looked at: a processor has half of its units
/// idle meanwhile, enough for another walk.
fn walk_both<'a>(octets: &[u8], counts: Counts, items: &'a [Item], claimed: usize) -> (Walk<'a>, Walk<'a>) {
    let mut before = 0;
    let half = items.iter().take_while(|item| {
        before += (item.end - item.start) as usize;
        before <= claimed / 2
    });
    let (first, second) = items.split_at_checked(half.count()).unwrap_or((items, &[]));
    let (mut one, mut two) = (Walk::new(counts, first, claimed), Walk::new(counts, second, claimed / 2));
    let (mut here, mut there) = (Place::new(first), Place::new(second));
    while here.goes_on(octets) && there.goes_on(octets) {
        one.step(octets, &mut here);
        two.step(octets, &mut there);
    }
    while here.goes_on(octets) {
        one.step(octets, &mut here);
    }
    while there.goes_on(octets) {
        two.step(octets, &mut there);
    }
    for walk in [&mut one, &mut two] {
        (0..walk.uses.len()).for_each(|list| walk.sort_out(octets, list));
    }
    (one, two)
}

/// Where a walk stands; all in code units.
struct Place<'a> {
    items: std::slice::Iter<'a, Item>,
    /// Number of the item, from 1 on.
    number: u32,
    end: usize,
    at: usize,
}

impl<'a> Place<'a> {
    fn new(items: &'a [Item]) -> Self {
        Self { items: items.iter(), number: 0, end: 0, at: 0 }
    }

    /// Whether there is another instruction, in this method or the next one with any.
    #[allow(clippy::inline_always)] // a call would cost more than the step
    #[inline(always)]
    fn goes_on(&mut self, octets: &[u8]) -> bool {
        while self.at >= self.end {
            // Methods lie in the order of classes, not in that of ids: what comes soon is fetched meanwhile.
            if let Some(ahead) = self.items.as_slice().get(AHEAD) {
                std::hint::black_box(octets.get(2 * ahead.start as usize));
            }
            let Some(item) = self.items.next() else { return false };
            self.number += 1;
            (self.at, self.end) = (item.start as usize, item.end as usize);
        }
        true
    }
}

/// Return the items in the order of their owners; those of one owner stay as they are.
fn in_order(items: Vec<Item>, methods: usize) -> Vec<Item> {
    let mut next = starts_of(items.iter().map(|item| item.owner), methods);
    let mut sorted = items.clone();
    for item in items {
        let Some(at) = next.get_mut(item.owner as usize) else { continue };
        if let Some(slot) = sorted.get_mut(*at as usize) {
            *slot = item;
        }
        *at += 1;
    }
    sorted
}

/// Return the code of a method, if its item fits into the file.
fn item_of(octets: &[u8], method: EncodedMethod) -> Option<Item> {
    let at = method.code as usize;
    let units = octets.len() / 2;
    let start = at / 2 + CODE_HEADER / 2;
    if at % 2 != 0 || start > units {
        return None;
    }
    let end = start + u32_at(octets, at + CODE_HEADER - 4)? as usize;
    // A table of strings is refused in files of 2 GiB, so that units fit.
    (end <= units).then_some(Item { owner: method.method, start: start as u32, end: end as u32 })
}

/// The pass over the code of some items, and what it has met so far.
struct Walk<'a> {
    items: &'a [Item],
    /// Length of the table that each kind refers to.
    counts: [u32; 4],
    /// By what they refer to, in the order of the first of `Kind`.
    uses: [Uses; 4],
    /// The latest instructions of each kind: above the number of the item, in the lower half where each stands. Those
    /// from `met` on are of no account.
    latest: [[u64; LATEST]; KINDS],
    met: [u8; KINDS],
    instructions: u64,
    bad_ids: u64,
    unknown_opcodes: u64,
}

impl<'a> Walk<'a> {
    fn new(counts: Counts, items: &'a [Item], claimed: usize) -> Self {
        let mut uses: [Uses; 4] = Default::default();
        for (uses, share) in uses.iter_mut().zip(USUAL) {
            uses.reserve(claimed / share);
        }
        Self {
            items,
            counts: [counts.methods, counts.strings, counts.types, counts.fields].map(|count| count as u32),
            uses,
            latest: [[0; LATEST]; KINDS],
            met: [0; KINDS],
            instructions: 0,
            bad_ids: 0,
            unknown_opcodes: 0,
        }
    }

    /// Meet the next instruction.
    ///
    /// What comes next cannot be guessed, so that each branch on it costs more than the work it saves: where every
    /// instruction stands is written down with those of its kind, but their number grows only by those that count.
    #[allow(clippy::indexing_slicing)] // each index is masked or below the length of its table by type
    #[allow(clippy::inline_always)]
    #[inline(always)]
    fn step(&mut self, octets: &[u8], place: &mut Place<'_>) {
        let at = place.at;
        let opcode = octets.get(2 * at).copied().unwrap_or(0);
        let (length, kind) = OPCODES[usize::from(opcode)];
        let mut behind = at + usize::from(length);
        let mut list = kind as usize % KINDS;
        if kind > Kind::Other {
            match kind {
                Kind::Nop => behind = behind_nop(octets, at),
                Kind::TextJumbo => list = Kind::Text as usize,
                _ => self.unknown_opcodes += 1,
            }
        }
        let met = self.met[list];
        self.latest[list][usize::from(met) % LATEST] = u64::from(place.number) << 32 | at as u64;
        let met = met + u8::from(list < Kind::Other as usize);
        self.met[list] = met;
        if usize::from(met) == LATEST {
            self.sort_out(octets, list);
        }
        self.instructions += 1;
        place.at = behind;
    }

    /// Read what the latest instructions of one kind refer to, and move them to their columns.
    #[allow(clippy::indexing_slicing)] // `kept` grows at most as often as there are latest ones
    fn sort_out(&mut self, octets: &[u8], list: usize) {
        let (Some(uses), Some(&count)) = (self.uses.get_mut(list), self.counts.get(list)) else { return };
        let [mut callers, mut targets, mut offsets] = [[0; LATEST]; 3];
        let mut opcodes = [0; LATEST];
        let mut kept = 0;
        for &each in &self.latest[list][..usize::from(self.met[list]).min(LATEST)] {
            let (number, at) = ((each >> 32) as usize, each as u32);
            let Some(item) = self.items.get(number.wrapping_sub(1)) else { continue };
            let opcode = octets.get(2 * at as usize).copied().unwrap_or(0);
            // An instruction that runs over the end of its method has no operands to read.
            if at + u32::from(OPCODES[usize::from(opcode)].0) > item.end {
                continue;
            }
            let operand = 2 * at as usize + 2;
            let target = match opcode {
                CONST_STRING_JUMBO => u32_at(octets, operand),
                _ => u16_at(octets, operand).map(u32::from),
            };
            let target = target.unwrap_or(u32::MAX);
            if target >= count {
                self.bad_ids += 1;
                continue;
            }
            callers[kept] = item.owner;
            targets[kept] = target;
            offsets[kept] = at - item.start;
            opcodes[kept] = opcode;
            kept += 1;
        }
        uses.caller.extend_from_slice(&callers[..kept]);
        uses.target.extend_from_slice(&targets[..kept]);
        uses.offset.extend_from_slice(&offsets[..kept]);
        uses.opcode.extend_from_slice(&opcodes[..kept]);
        self.met[list] = 0;
    }
}

/// Return where the nop, or the payload that looks like one, at `at` ends; in code units.
#[cold]
fn behind_nop(octets: &[u8], at: usize) -> usize {
    match u16_at(octets, 2 * at) {
        Some(PACKED_SWITCH | SPARSE_SWITCH | FILL_ARRAY) => {
            at.saturating_add(usize::try_from(payload_length(octets, at)).unwrap_or(usize::MAX))
        }
        _ => at + 1,
    }
}
