//! Bounded inflating: whole members by libdeflate, first bytes of members by `miniz_oxide`.

use libdeflater::{Crc, Decompressor};
use miniz_oxide::inflate::core::{decompress, inflate_flags, DecompressorOxide};

/// Return the inflated bytes, if the stream is whole and has exactly `size` of them.
///
/// What is not exactly so is left to the reference, which is slower and forgives more.
#[must_use]
pub fn inflate_exactly(packed: &[u8], size: usize) -> Option<Vec<u8>> {
    // Asked for first: where there is no room for it, that is no reason to abort. Zeroed pages then come for nothing.
    Vec::<u8>::new().try_reserve_exact(size).ok()?;
    let mut content = vec![0; size];
    let found = Decompressor::new().deflate_decompress(packed, &mut content).ok()?;
    (found == size).then_some(content)
}

/// Inflates first bytes; made once, since its tables are large.
#[derive(Default)]
pub struct Heads(Box<DecompressorOxide>);

impl Heads {
    /// Return the first `size` inflated bytes, at most 64; `None` if the stream breaks or ends before.
    pub fn inflate(&mut self, packed: &[u8], size: usize) -> Option<Vec<u8>> {
        self.0.init();
        let mut head = vec![0; size.min(64)];
        let flags = inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
        let (_, _, written) = decompress(&mut self.0, packed, &mut head, 0, flags);
        (written == head.len()).then_some(head)
    }
}

/// Return the CRC-32 of `content`.
#[must_use]
pub fn crc32(content: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(content);
    crc.sum()
}
