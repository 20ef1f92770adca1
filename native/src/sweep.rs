//! One linear pass over the code of a DEX file: calls, constants, types and fields as columns.

use crate::bytes::{refuse, u32_at, DexError};
use crate::class_data::EncodedMethod;
use crate::opcodes::{payload_length, Kind, FILL_ARRAY, OPCODES, PACKED_SWITCH, SPARSE_SWITCH};

/// Bytes of instructions of all methods together, in multiples of the file.
const CODE_CAP: u64 = 8;
/// The same, in bytes.
const CODE_MAX: u64 = 128 << 20;
const CODE_HEADER: usize = 16;

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
    fn push(&mut self, caller: u32, target: u32, offset: u32, opcode: u8) {
        self.caller.push(caller);
        self.target.push(target);
        self.offset.push(offset);
        self.opcode.push(opcode);
    }

    /// Make room for as many as are usual; it is taken only when it is used.
    fn reserve(&mut self, count: usize) {
        for column in [&mut self.caller, &mut self.target, &mut self.offset] {
            column.reserve(count);
        }
        self.opcode.reserve(count);
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Item {
    /// Method id.
    pub owner: u32,
    /// First unit.
    pub start: usize,
    /// Behind the last unit.
    pub end: usize,
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
/// All methods together claim more code than the cap.
pub fn sweep(octets: &[u8], methods: &[EncodedMethod], counts: Counts, part_size: usize) -> Result<Sweep, DexError> {
    let with_code = methods.iter().filter(|method| method.code != 0);
    let total = with_code.clone().count();
    let items: Vec<Item> = with_code.filter_map(|method| item_of(octets, *method)).collect();
    let claimed: u64 = items.iter().map(|item| (item.end - item.start) as u64).sum();
    if claimed * 2 > (CODE_CAP * part_size as u64).min(CODE_MAX) {
        return refuse("Its methods together claim more code than it has room for.");
    }
    let items = in_order(items, counts.methods);
    let twice = items.windows(2).any(|pair| matches!(pair, [a, b] if a.owner == b.owner));
    let mut found = Sweep { rejected: total - items.len(), ..Sweep::default() };
    found.calls.reserve(claimed as usize / 14);
    found.fields.reserve(claimed as usize / 20);
    found.types.reserve(claimed as usize / 40);
    found.strings.reserve(claimed as usize / 80);
    for item in &items {
        found.walk(octets, *item, counts);
    }
    if twice {
        for uses in [&mut found.calls, &mut found.strings, &mut found.types, &mut found.fields] {
            uses.sort();
        }
    }
    found.items = items;
    Ok(found)
}

/// Return the items in the order of their owners; those of one owner stay as they are.
fn in_order(items: Vec<Item>, methods: usize) -> Vec<Item> {
    let mut next = vec![0_u32; methods + 1];
    for item in &items {
        if let Some(count) = next.get_mut(item.owner as usize + 1) {
            *count += 1;
        }
    }
    let mut total = 0;
    for start in &mut next {
        total += *start;
        *start = total;
    }
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
    (end <= units).then_some(Item { owner: method.method, start, end })
}

impl Sweep {
    /// Meet every instruction of one method.
    fn walk(&mut self, octets: &[u8], item: Item, counts: Counts) {
        let code = octets.get(2 * item.start..2 * item.end).unwrap_or(&[]);
        let mut rest = code;
        let mut met = 0;
        while let Some((unit, operands)) = rest.split_first_chunk::<2>() {
            let [opcode, high] = *unit;
            #[allow(clippy::indexing_slicing)] // a byte is always inside
            let (length, kind) = OPCODES[usize::from(opcode)];
            let behind = rest.get(2 * usize::from(length)..);
            met += 1;
            if kind != Kind::Other {
                if kind == Kind::Nop {
                    if let PACKED_SWITCH | SPARSE_SWITCH | FILL_ARRAY = u16::from_le_bytes([opcode, high]) {
                        let at = (code.len() - rest.len()) / 2;
                        let length = payload_length(octets, item.start + at).saturating_mul(2);
                        rest = usize::try_from(length).ok().and_then(|length| rest.get(length..)).unwrap_or(&[]);
                        continue;
                    }
                } else if kind == Kind::Undefined {
                    self.unknown_opcodes += 1;
                } else if behind.is_some() {
                    // An instruction that runs over the end of its method has no operands to read.
                    let at = (code.len() - rest.len()) / 2;
                    self.keep(operands, item.owner, at as u32, opcode, kind, counts);
                }
            }
            rest = behind.unwrap_or(&[]);
        }
        self.instructions += met;
    }

    #[inline]
    fn keep(&mut self, operands: &[u8], owner: u32, at: u32, opcode: u8, kind: Kind, counts: Counts) {
        let short = operands.first_chunk::<2>().map_or(0, |raw| u32::from(u16::from_le_bytes(*raw)));
        let (uses, target, count) = match kind {
            Kind::Invoke => (&mut self.calls, short, counts.methods),
            Kind::Text => (&mut self.strings, short, counts.strings),
            Kind::TextJumbo => (&mut self.strings, u32_at(operands, 0).unwrap_or(u32::MAX), counts.strings),
            Kind::Type => (&mut self.types, short, counts.types),
            _ => (&mut self.fields, short, counts.fields),
        };
        if (target as usize) < count {
            uses.push(owner, target, at, opcode);
        } else {
            self.bad_ids += 1;
        }
    }
}
