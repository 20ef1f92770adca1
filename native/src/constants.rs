//! Which string constants reach the arguments of a call: registers followed in a straight line, branches ignored.

use crate::bytes::{u16_at, u32_at};
use crate::opcodes::{
    is_wide, payload_length, writes, Kind, Writes, CONST_STRING, CONST_STRING_JUMBO, FILL_ARRAY, OPCODES,
    PACKED_SWITCH, SPARSE_SWITCH,
};
use crate::sweep::Item;
use hashbrown::HashMap;

/// Follows the registers through the code of one method.
///
/// Asked for calls in the order of their offsets it goes through the code once, however many there are.
#[derive(Debug)]
pub struct Follower {
    item: Item,
    at: usize,
    registers: HashMap<u16, u32>,
}

impl Follower {
    /// Stand at the start of the code of `item`.
    #[must_use]
    pub fn new(item: Item) -> Self {
        Self { item, at: 0, registers: HashMap::new() }
    }

    /// Method id of the method that is followed.
    #[must_use]
    pub fn owner(&self) -> u32 {
        self.item.owner
    }

    /// Return the ids of the strings in the argument registers of the call at `offset`, in the order of the arguments.
    #[must_use]
    pub fn reaching(&mut self, octets: &[u8], offset: u32) -> Vec<u32> {
        let code = octets.get(2 * self.item.start as usize..2 * self.item.end as usize).unwrap_or(&[]);
        let stop = offset as usize;
        if stop < self.at {
            *self = Self::new(self.item);
        }
        while self.at < stop {
            let Some(unit) = u16_at(code, 2 * self.at) else { return Vec::new() };
            if let PACKED_SWITCH | SPARSE_SWITCH | FILL_ARRAY = unit {
                let length = payload_length(octets, self.item.start as usize + self.at);
                self.at = self.at.saturating_add(length as usize);
                continue;
            }
            let (length, _) = OPCODES.get(usize::from(unit as u8)).copied().unwrap_or((1, Kind::Other));
            step(&mut self.registers, code, self.at, unit);
            self.at += usize::from(length);
        }
        let mut found = Vec::new();
        if self.at == stop {
            for register in arguments(code, stop) {
                if let Some(&id) = self.registers.get(&register) {
                    if !found.contains(&id) {
                        found.push(id);
                    }
                }
            }
        }
        found
    }
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
