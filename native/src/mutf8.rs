//! Decode modified UTF-8 as ART does, which never fails, into WTF-8: UTF-8 in which a lone surrogate may stand.

/// Return the text of `raw` as WTF-8, or `None` where its bytes already are that.
#[must_use]
pub fn decode(raw: &[u8]) -> Option<Vec<u8>> {
    if std::str::from_utf8(raw).is_ok() {
        return None;
    }
    let mut text = Vec::with_capacity(raw.len());
    let mut lead: Option<u32> = None;
    for unit in code_units(raw) {
        let unit = u32::from(unit);
        match (lead.take(), unit) {
            (Some(high), 0xDC00..=0xDFFF) => push(&mut text, 0x1_0000 + ((high - 0xD800) << 10) + (unit - 0xDC00)),
            (before, _) => {
                if let Some(high) = before {
                    push(&mut text, high);
                }
                if (0xD800..=0xDBFF).contains(&unit) {
                    lead = Some(unit);
                } else {
                    push(&mut text, unit);
                }
            }
        }
    }
    if let Some(high) = lead {
        push(&mut text, high);
    }
    Some(text)
}

/// Return UTF-16 code units: the lead byte alone decides the length, missing bytes count as zero.
fn code_units(raw: &[u8]) -> Vec<u16> {
    let mut units = Vec::with_capacity(raw.len());
    let byte = |at: usize| u32::from(raw.get(at).copied().unwrap_or(0));
    let mut at = 0;
    while at < raw.len() {
        let one = byte(at);
        let tail = |i: usize| byte(at + i) & 0x3F;
        if one < 0x80 {
            units.push(one as u16);
            at += 1;
        } else if one & 0x20 == 0 {
            units.push(((one & 0x1F) << 6 | tail(1)) as u16);
            at += 2;
        } else if one & 0x10 == 0 {
            units.push(((one & 0x0F) << 12 | tail(1) << 6 | tail(2)) as u16);
            at += 3;
        } else {
            let point = (one & 0x0F) << 18 | tail(1) << 12 | tail(2) << 6 | tail(3);
            units.push(((point >> 10) + 0xD7C0) as u16);
            units.push((point & 0x3FF | 0xDC00) as u16);
            at += 4;
        }
    }
    units
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
