//! A real app of the project, and damage that is the same in every run.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use apkfarm_native::inflate::inflate_exactly;
use apkfarm_native::zip::{member, read_entries, DEFLATED};

const APK: &[u8] = include_bytes!("../../../examples/apps/built/two-dex.apk");

/// The sample app.
pub fn apk() -> &'static [u8] {
    APK
}

/// The DEX files of the sample app.
pub fn dex_files() -> Vec<Vec<u8>> {
    let end = memchr::memmem::rfind(APK, b"PK\x05\x06").unwrap();
    let start = u32::from_le_bytes(APK[end + 16..end + 20].try_into().unwrap()) as usize;
    let found = read_entries(APK, start, end, 1_000);
    let dex = found.entries.iter().filter(|entry| entry.name.ends_with(b".dex"));
    let content = |entry: &apkfarm_native::zip::Entry| {
        let packed = member(APK, entry, entry.header_offset as usize).unwrap();
        if entry.method == DEFLATED {
            inflate_exactly(packed, entry.size as usize).unwrap()
        } else {
            packed.to_vec()
        }
    };
    dex.map(content).collect()
}

/// Numbers that look random and are always the same.
pub struct Dice(u64);

impl Dice {
    /// Start from `seed`.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// Return a number below `below`.
    pub fn roll(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % below.max(1) as u64) as usize
    }

    /// Return `data` with some bytes, words or runs replaced, or cut off.
    #[allow(dead_code)] // not every test needs it
    pub fn damage(&mut self, data: &[u8]) -> Vec<u8> {
        let mut damaged = data.to_vec();
        for _ in 0..=self.roll(8) {
            // Headers and tables decide most, so half of the damage is there.
            let reach = if self.roll(2) == 0 { damaged.len().min(2_048) } else { damaged.len() };
            let at = self.roll(reach);
            let value = [0x00, 0xFF, 0x7F, 0x80, self.roll(256) as u8][self.roll(5)];
            let run = [1, 1, 2, 4, 4, 16][self.roll(6)];
            for slot in damaged.iter_mut().skip(at).take(run) {
                *slot = value;
            }
        }
        if self.roll(10) == 0 {
            damaged.truncate(self.roll(data.len()));
        }
        damaged
    }
}
