//! Which string constants reach the arguments of a call: registers followed in a straight line, branches ignored.

use crate::bytes::{u16_at, u32_at};
use crate::opcodes::{
    is_wide, payload_length, writes, Kind, Writes, CONST_STRING, CONST_STRING_JUMBO, FILL_ARRAY, OPCODES,
    PACKED_SWITCH, SPARSE_SWITCH,
};
use crate::sweep::Item;
use hashbrown::HashMap;

/// Return the ids of the strings in the argument registers of the call at `offset`, in the order of the arguments.
#[must_use]
pub fn reaching(octets: &[u8], item: Item, offset: u32) -> Vec<u32> {
    let code = octets.get(2 * item.start as usize..2 * item.end as usize).unwrap_or(&[]);
    let mut registers: HashMap<u16, u32> = HashMap::new();
    let stop = offset as usize;
    let mut at = 0_usize;
    while at < stop {
        let Some(unit) = u16_at(code, 2 * at) else { return Vec::new() };
        if let PACKED_SWITCH | SPARSE_SWITCH | FILL_ARRAY = unit {
            at = at.saturating_add(payload_length(octets, item.start as usize + at) as usize);
            continue;
        }
        let (length, _) = OPCODES.get(usize::from(unit as u8)).copied().unwrap_or((1, Kind::Other));
        step(&mut registers, code, at, unit);
        at += usize::from(length);
    }
    if at != stop {
        return Vec::new();
    }
    let mut found = Vec::new();
    for register in arguments(code, at) {
        if let Some(&id) = registers.get(&register) {
            if !found.contains(&id) {
                found.push(id);
            }
        }
    }
    found
}

/// Let one instruction change the registers.
fn step(registers: &mut HashMap<u16, u32>, code: &[u8], at: usize, unit: u16) {
    let opcode = unit as u8;
    let next = u16_at(code, 2 * at + 2).unwrap_or(0);
    let (high, nibble) = (unit >> 8, unit >> 8 & 0xF);
    let value = match opcode {
        CONST_STRING => Some(u32::from(next)),
        CONST_STRING_JUMBO => u32_at(code, 2 * at + 2),
        0x07 => registers.get(&(unit >> 12)).copied(),
        0x08 => registers.get(&next).copied(),
        0x09 => registers.get(&u16_at(code, 2 * at + 4).unwrap_or(0)).copied(),
        _ => None,
    };
    let written = match writes(opcode) {
        Writes::Nothing => return,
        Writes::Nibble => nibble,
        Writes::Byte => high,
        Writes::Unit => next,
    };
    registers.remove(&written);
    if is_wide(opcode) {
        registers.remove(&written.wrapping_add(1));
    }
    if let Some(id) = value {
        registers.insert(written, id);
    }
}

/// Return the argument registers of the invoke at `at`.
fn arguments(code: &[u8], at: usize) -> Vec<u16> {
    let unit = |i: usize| u16_at(code, 2 * (at + i)).unwrap_or(0);
    let first = unit(0);
    match first as u8 {
        0x6E..=0x72 | 0xFA => {
            let list = unit(2);
            let all = [list & 0xF, list >> 4 & 0xF, list >> 8 & 0xF, list >> 12, first >> 8 & 0xF];
            all.into_iter().take(usize::from(first >> 12)).collect()
        }
        0x74..=0x78 | 0xFB => (0..first >> 8).map(|i| unit(2).wrapping_add(i)).collect(),
        _ => Vec::new(),
    }
}
