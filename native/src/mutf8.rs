//! Decode modified UTF-8 as ART does, which never fails, into WTF-8: UTF-8 in which a lone surrogate may stand.

/// Return the text of `raw` as WTF-8, or `None` where its bytes already are that.
#[must_use]
pub fn decode(raw: &[u8]) -> Option<Vec<u8>> {
    if std::str::from_utf8(raw).is_ok() {
        return None;
    }
    let mut text = Vec::with_capacity(raw.len());
    let mut rest = raw;
    let mut lead: Option<u32> = None;
    while let Some(&first) = rest.first() {
        let plain = if first < 0x80 { rest.iter().position(|&byte| byte >= 0x80).unwrap_or(rest.len()) } else { 0 };
        let (run, behind) = rest.split_at_checked(plain).unwrap_or((rest, &[]));
        if !run.is_empty() {
            flush(&mut text, &mut lead);
            text.extend_from_slice(run);
            rest = behind;
            continue;
        }
        // A zero, and most of what is not ASCII in names and metadata.
        if let (None, &[one @ 0xC0..=0xDF, two, ..]) = (lead, rest) {
            push(&mut text, u32::from(one & 0x1F) << 6 | u32::from(two & 0x3F));
            rest = rest.get(2..).unwrap_or(&[]);
            continue;
        }
        let (units, length) = code_units(rest);
        for unit in units.into_iter().flatten().map(u32::from) {
            match (lead, unit) {
                (Some(high), 0xDC00..=0xDFFF) => {
                    lead = None;
                    push(&mut text, 0x1_0000 + ((high - 0xD800) << 10) + (unit - 0xDC00));
                }
                (_, 0xD800..=0xDBFF) => {
                    flush(&mut text, &mut lead);
                    lead = Some(unit);
                }
                _ => {
                    flush(&mut text, &mut lead);
                    push(&mut text, unit);
                }
            }
        }
        rest = rest.get(length..).unwrap_or(&[]);
    }
    flush(&mut text, &mut lead);
    Some(text)
}

/// Append the lead surrogate that found no other half.
fn flush(text: &mut Vec<u8>, lead: &mut Option<u32>) {
    if let Some(high) = lead.take() {
        push(text, high);
    }
}

/// Return the UTF-16 code units that `raw`, which does not start with ASCII, starts with, and the bytes they take.
///
/// The lead byte alone decides the length, missing bytes count as zero.
fn code_units(raw: &[u8]) -> ([Option<u16>; 2], usize) {
    let byte = |at: usize| u32::from(raw.get(at).copied().unwrap_or(0));
    let tail = |at: usize| byte(at) & 0x3F;
    let one = byte(0);
    if one & 0x20 == 0 {
        ([Some(((one & 0x1F) << 6 | tail(1)) as u16), None], 2)
    } else if one & 0x10 == 0 {
        ([Some(((one & 0x0F) << 12 | tail(1) << 6 | tail(2)) as u16), None], 3)
    } else {
        let point = (one & 0x0F) << 18 | tail(1) << 12 | tail(2) << 6 | tail(3);
        ([Some(((point >> 10) + 0xD7C0) as u16), Some((point & 0x3FF | 0xDC00) as u16)], 4)
    }
}

/// Append one code point, surrogates included.
fn push(text: &mut Vec<u8>, point: u32) {
    let low = |shift: u32| (point >> shift & 0x3F | 0x80) as u8;
    match point {
        0..=0x7F => text.push(point as u8),
        0x80..=0x7FF => text.extend([(point >> 6 | 0xC0) as u8, low(0)]),
        0x800..=0xFFFF => text.extend([(point >> 12 | 0xE0) as u8, low(6), low(0)]),
        _ => text.extend([(point >> 18 | 0xF0) as u8, low(12), low(6), low(0)]),
    }
}
