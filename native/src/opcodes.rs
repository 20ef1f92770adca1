//! What the engine knows of each opcode: its length, what it refers to, and the register it writes.
//!
//! Source: "Dalvik bytecode format" and "Dalvik executable instruction formats" on source.android.com.

/// What an instruction refers to; those up to `Field` by an id of 16 bits, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
pub enum Kind {
    /// A method.
    Invoke,
    /// A string.
    Text,
    /// A type: new-instance and const-class.
    Type,
    /// A field.
    Field,
    /// Nothing that is looked at.
    Other,
    /// nop, and the payloads that look like one.
    Nop,
    /// A string, by 32 bits.
    TextJumbo,
    /// Not defined; taken as one unit long, as ART does.
    Undefined,
}

/// Which register an instruction writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writes {
    /// None that matters here.
    Nothing,
    /// The low nibble of the high byte.
    Nibble,
    /// The high byte.
    Byte,
    /// The second code unit.
    Unit,
}

/// const-string.
pub const CONST_STRING: u8 = 0x1A;
/// const-string/jumbo.
pub const CONST_STRING_JUMBO: u8 = 0x1B;
/// const-class.
pub const CONST_CLASS: u8 = 0x1C;
/// packed-switch-payload, as a whole code unit.
pub const PACKED_SWITCH: u16 = 0x0100;
/// sparse-switch-payload.
pub const SPARSE_SWITCH: u16 = 0x0200;
/// fill-array-data-payload.
pub const FILL_ARRAY: u16 = 0x0300;

/// First and last opcode of a run and their length in code units.
#[rustfmt::skip]
const LENGTHS: &[(u8, u8, u8)] = &[
    (0x00, 0x01, 1), (0x02, 0x02, 2), (0x03, 0x03, 3), (0x04, 0x04, 1), (0x05, 0x05, 2), (0x06, 0x06, 3),
    (0x07, 0x07, 1), (0x08, 0x08, 2), (0x09, 0x09, 3), (0x0A, 0x12, 1), (0x13, 0x13, 2), (0x14, 0x14, 3),
    (0x15, 0x16, 2), (0x17, 0x17, 3), (0x18, 0x18, 5), (0x19, 0x1A, 2), (0x1B, 0x1B, 3), (0x1C, 0x1C, 2),
    (0x1D, 0x1E, 1), (0x1F, 0x20, 2), (0x21, 0x21, 1), (0x22, 0x23, 2), (0x24, 0x26, 3), (0x27, 0x28, 1),
    (0x29, 0x29, 2), (0x2A, 0x2C, 3), (0x2D, 0x3D, 2), (0x3E, 0x43, 1), (0x44, 0x6D, 2), (0x6E, 0x72, 3),
    (0x73, 0x73, 1), (0x74, 0x78, 3), (0x79, 0x8F, 1), (0x90, 0xAF, 2), (0xB0, 0xCF, 1), (0xD0, 0xE2, 2),
    (0xE3, 0xF9, 1), (0xFA, 0xFB, 4), (0xFC, 0xFD, 3), (0xFE, 0xFF, 2),
];

/// Length and kind by opcode.
pub static OPCODES: [(u8, Kind); 256] = opcodes();

#[allow(clippy::indexing_slicing)] // it runs when the crate is built
const fn opcodes() -> [(u8, Kind); 256] {
    let mut table = [(1, Kind::Other); 256];
    let mut run = 0;
    while run < LENGTHS.len() {
        let (first, last, length) = LENGTHS[run];
        let mut opcode = first as usize;
        while opcode <= last as usize {
            table[opcode] = (length, kind(opcode as u8));
            opcode += 1;
        }
        run += 1;
    }
    table
}

const fn kind(opcode: u8) -> Kind {
    match opcode {
        0x00 => Kind::Nop,
        CONST_STRING => Kind::Text,
        CONST_STRING_JUMBO => Kind::TextJumbo,
        CONST_CLASS | 0x22 => Kind::Type,
        0x52..=0x6D => Kind::Field,
        0x6E..=0x72 | 0x74..=0x78 | 0xFA | 0xFB => Kind::Invoke,
        0x3E..=0x43 | 0x73 | 0x79 | 0x7A | 0xE3..=0xF9 => Kind::Undefined,
        _ => Kind::Other,
    }
}

/// Return which register `opcode` writes.
#[must_use]
pub const fn writes(opcode: u8) -> Writes {
    match opcode {
        0x01 | 0x04 | 0x07 | 0x12 | 0x20 | 0x21 | 0x23 | 0x52..=0x58 | 0x7B..=0x8F | 0xB0..=0xCF | 0xD0..=0xD7 => {
            Writes::Nibble
        }
        0x02
        | 0x05
        | 0x08
        | 0x0A..=0x0D
        | 0x13..=0x1C
        | 0x22
        | 0x2D..=0x31
        | 0x44..=0x4A
        | 0x60..=0x66
        | 0x90..=0xAF
        | 0xD8..=0xE2
        | 0xFE
        | 0xFF => Writes::Byte,
        0x03 | 0x06 | 0x09 => Writes::Unit,
        _ => Writes::Nothing,
    }
}

/// Return whether `opcode` writes a pair of registers.
#[must_use]
pub const fn is_wide(opcode: u8) -> bool {
    matches!(
        opcode,
        0x04..=0x06 | 0x0B | 0x16..=0x19 | 0x45 | 0x53 | 0x61 | 0x7D | 0x7E | 0x80 | 0x81 | 0x83 | 0x86 | 0x88 | 0x89
        | 0x8B | 0x9B..=0xA5 | 0xAB..=0xAF | 0xBB..=0xC5 | 0xCB..=0xCF
    )
}

/// Return the code units of the payload whose units start at `at`; behind the file its last unit repeats.
#[must_use]
pub fn payload_length(units: &[u8], at: usize) -> u64 {
    let count = units.len() / 2;
    let unit = |i: usize| {
        let at = 2 * (at + i).min(count.saturating_sub(1));
        u64::from(crate::bytes::u16_at(units, at).unwrap_or(0))
    };
    match unit(0) as u16 {
        FILL_ARRAY => 4 + (unit(1) * (unit(2) | unit(3) << 16)).div_ceil(2),
        PACKED_SWITCH => 4 + 2 * unit(1),
        _ => 2 + 4 * unit(1),
    }
}
