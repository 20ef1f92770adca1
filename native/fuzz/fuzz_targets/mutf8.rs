//! Any bytes as a string: always text; what was text comes back as it was.
#![no_main]

use apkfarm_native::mutf8::decode;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|raw: &[u8]| {
    let text = decode(raw).unwrap_or_else(|| raw.to_vec());
    assert!(text.len() <= 3 * raw.len() + 4);
    let units = code_units(&text);
    // Encoded again as modified UTF-8, one UTF-16 unit after the other, it is the same text.
    let again: Vec<u8> = units.iter().flat_map(|&unit| encoded(unit)).collect();
    assert_eq!(text, decode(&again).unwrap_or(again));
    // The input as UTF-16: every text survives.
    let units: Vec<u16> = raw.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    let written: Vec<u8> = units.iter().flat_map(|&unit| encoded(unit)).collect();
    assert_eq!(units, code_units(&decode(&written).unwrap_or(written)));
});

/// Return a UTF-16 unit as modified UTF-8; zero needs two bytes.
fn encoded(unit: u16) -> Vec<u8> {
    let low = |shift: u16| (unit >> shift & 0x3F | 0x80) as u8;
    match unit {
        1..=0x7F => vec![unit as u8],
        0 | 0x80..=0x7FF => vec![(unit >> 6) as u8 | 0xC0, low(0)],
        _ => vec![(unit >> 12) as u8 | 0xE0, low(6), low(0)],
    }
}

/// Return WTF-8 as UTF-16; fails where it is not in its shortest form, cut off, or has a pair as two surrogates.
fn code_units(text: &[u8]) -> Vec<u16> {
    let mut units: Vec<u16> = Vec::new();
    let mut rest = text;
    let mut lead_alone = false;
    while let Some(&first) = rest.first() {
        let (length, least) = match first {
            0..=0x7F => (1, 0),
            0xC2..=0xDF => (2, 0x80),
            0xE0..=0xEF => (3, 0x800),
            0xF0..=0xF4 => (4, 0x1_0000),
            _ => panic!("{first:#x} starts no character"),
        };
        let (one, after) = rest.split_at(length);
        let mask = if length == 1 { 0x7F } else { 0x7F >> length };
        let point = one[1..].iter().fold(u32::from(first & mask), |point, &byte| {
            assert_eq!(0x80, byte & 0xC0);
            point << 6 | u32::from(byte & 0x3F)
        });
        assert!((least..=0x10_FFFF).contains(&point));
        assert!(!(lead_alone && (0xDC00..=0xDFFF).contains(&point)));
        lead_alone = (0xD800..=0xDBFF).contains(&point);
        if point < 0x1_0000 {
            units.push(point as u16);
        } else {
            units.push((0xD7C0 + (point >> 10)) as u16);
            units.push((0xDC00 | point & 0x3FF) as u16);
        }
        rest = after;
    }
    units
}
