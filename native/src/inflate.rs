//! Bounded inflating: whole members by libdeflate, first bytes of members by `miniz_oxide`.

use libdeflater::{Crc, Decompressor};
use miniz_oxide::inflate::core::{decompress, inflate_flags, DecompressorOxide};

/// Return the inflated bytes, if the stream is whole and has exactly `size` of them.
///
/// What is not exactly so is left to the reference, which is slower and forgives more.
#[must_use]
pub fn inflate_exactly(packed: &[u8], size: usize) -> Option<Vec<u8>> {
    let mut content = Vec::new();
    content.try_reserve_exact(size).ok()?;
    content.resize(size, 0);
    let found = Decompressor::new().deflate_decompress(packed, &mut content).ok()?;
    (found == size).then_some(content)
}

/// Return the first `size` inflated bytes, at most 64; `None` if the stream breaks or ends before.
#[must_use]
pub fn inflate_head(packed: &[u8], size: usize) -> Option<Vec<u8>> {
    let mut head = vec![0; size.min(64)];
    let flags = inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
    let (_, _, written) = decompress(&mut DecompressorOxide::new(), packed, &mut head, 0, flags);
    (written == head.len()).then_some(head)
}

/// Return the CRC-32 of `content`.
#[must_use]
pub fn crc32(content: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(content);
    crc.sum()
}
