//! Any bytes as a zip: its entries, their members, both ways of inflating.
#![no_main]

use apkfarm_native::head::inflate_head;
use apkfarm_native::inflate::{crc32, inflate_exactly};
use apkfarm_native::zip::{member, read_entries, DEFLATED};
use libfuzzer_sys::fuzz_target;

const ENTRIES_MAX: usize = 100;
const SIZE_MAX: u64 = 1 << 20;

fuzz_target!(|data: &[u8]| {
    let start = memchr::memmem::find(data, b"PK\x01\x02").unwrap_or(0);
    let stop = memchr::memmem::rfind(data, b"PK\x05\x06").unwrap_or(data.len());
    let found = read_entries(data, start, stop, ENTRIES_MAX);
    assert!(found.entries.len() <= ENTRIES_MAX);
    assert!(found.stop <= stop || found.entries.is_empty());
    assert!(!found.too_many || found.entries.len() == ENTRIES_MAX);
    for entry in &found.entries {
        let Some(packed) = usize::try_from(entry.header_offset).ok().and_then(|at| member(data, entry, at)) else {
            continue;
        };
        assert_eq!(packed.len() as u64, entry.compressed_size);
        if entry.method != DEFLATED || entry.size > SIZE_MAX {
            continue;
        }
        let size = entry.size as usize;
        let head = inflate_head(packed, 64.min(size), None);
        if let Some(content) = inflate_exactly(packed, size) {
            assert_eq!(content.len(), size);
            let _ = crc32(&content);
            assert!(head.is_none_or(|head| content.starts_with(&head)));
        }
    }
});
