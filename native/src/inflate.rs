//! Bounded inflating of whole members, by libdeflate.

use crate::bytes::has_room;
use libdeflater::{Crc, Decompressor};

/// Return the inflated bytes, if the stream is whole and has exactly `size` of them.
///
/// What is not exactly so is left to the reference, which is slower and forgives more.
#[must_use]
pub fn inflate_exactly(packed: &[u8], size: usize) -> Option<Vec<u8>> {
    if !has_room(size) {
        return None;
    }
    let mut content = vec![0; size];
    let found = Decompressor::new().deflate_decompress(packed, &mut content).ok()?;
    (found == size).then_some(content)
}

/// Return the CRC-32 of `content`.
#[must_use]
pub fn crc32(content: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(content);
    crc.sum()
}
