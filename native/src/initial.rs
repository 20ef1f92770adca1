//! The strings that static fields start with: encoded arrays of the DEX format.

use crate::bytes::u32_at;
use crate::dex::Dex;
use crate::search::marks;

/// Most fields of a class that are looked at.
const FIELDS_MAX: u32 = 4_096;
const ULEB_MAX: usize = 5;
const CLASS_BYTES: usize = 32;
const STRING: u8 = 0x17;

/// Return field and string id of each static field that starts with a string, for the classes `wanted`.
///
/// Of several definitions of a class the first counts. What cannot be read ends its class; what stands before counts.
#[must_use]
pub fn initial_strings(dex: &Dex, wanted: &[Vec<u8>]) -> Vec<(u32, u32)> {
    let octets = dex.data.get(..dex.header.limit).unwrap_or(&dex.data);
    let mut open = marks(wanted.iter().filter_map(|name| dex.find_type(name)), dex.types.len());
    let mut found = Vec::new();
    if open.is_empty() {
        return found;
    }
    for (number, &class) in dex.class_type.iter().enumerate() {
        let Some(mark) = open.get_mut(class as usize).filter(|mark| **mark) else { continue };
        *mark = false;
        let row = dex.header.classes.at + CLASS_BYTES * number;
        let (Some(data), Some(values)) = (u32_at(octets, row + 24), u32_at(octets, row + 28)) else { continue };
        if data != 0 && values != 0 {
            // None only says where reading ended.
            let _ = read_class(dex, octets, class, (data as usize, values as usize), &mut found);
        }
    }
    found
}

/// Read the values of one class, whose fields and values stand at `places`.
fn read_class(dex: &Dex, octets: &[u8], class: u32, places: (usize, usize), found: &mut Vec<(u32, u32)>) -> Option<()> {
    let (mut at, mut value_at) = places;
    let fields = uleb(octets, &mut at)?;
    for _ in 0..3 {
        uleb(octets, &mut at)?; // instance fields and methods
    }
    let values = uleb(octets, &mut value_at)?;
    let mut field = 0_u64;
    for _ in 0..fields.min(values).min(FIELDS_MAX) {
        field += u64::from(uleb(octets, &mut at)?);
        uleb(octets, &mut at)?; // access flags
        let owner = *dex.field_owner.get(usize::try_from(field).ok()?)?;
        let head = *octets.get(value_at)?;
        let start = value_at + 1;
        value_at = start + payload(head)?;
        let raw = octets.get(start..value_at)?;
        if head & 0x1F == STRING {
            let id = raw.iter().rev().fold(0_u64, |id, &byte| id << 8 | u64::from(byte));
            if id >= dex.strings.len() as u64 {
                return None;
            }
            if owner == class {
                found.push((field as u32, id as u32));
            }
        }
    }
    Some(())
}

/// Return how many bytes follow the head of a value; None for arrays, annotations and what is no value.
fn payload(head: u8) -> Option<usize> {
    let more = usize::from(head >> 5);
    match head & 0x1F {
        0x00 | 0x02 | 0x03 | 0x04 | 0x06 | 0x10 | 0x11 | 0x15..=0x1B => Some(more + 1),
        0x1E | 0x1F => Some(0),
        _ => None,
    }
}

fn uleb(octets: &[u8], at: &mut usize) -> Option<u32> {
    let mut value = 0_u64;
    for (i, &byte) in octets.get(*at..)?.iter().take(ULEB_MAX).enumerate() {
        value |= u64::from(byte & 0x7F) << (7 * i);
        if byte < 0x80 {
            *at += i + 1;
            return Some(value as u32);
        }
    }
    None
}
