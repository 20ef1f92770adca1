//! Any bytes as a deflated stream: the first bytes are those that libdeflate finds.
#![no_main]

use apkfarm_native::head::inflate_head;
use apkfarm_native::inflate::inflate_exactly;
use libdeflater::Decompressor;
use libfuzzer_sys::fuzz_target;

const ROOM: usize = 1 << 16;

fuzz_target!(|packed: &[u8]| {
    for size in [0, 1, 8, 64, 1_000] {
        assert!(inflate_head(packed, size, None).is_none_or(|head| head.len() == size.min(64)));
    }
    let mut content = vec![0; ROOM];
    let Ok(size) = Decompressor::new().deflate_decompress(packed, &mut content) else { return };
    content.truncate(size);
    assert_eq!(Some(&content), inflate_exactly(packed, size).as_ref());
    assert_eq!(None, inflate_exactly(packed, size + 1));
    assert!(size == 0 || inflate_exactly(packed, size - 1).is_none());
    let head = inflate_head(packed, size.min(64), None);
    assert!(head.as_ref().is_none_or(|head| content.starts_with(head)));
    // Only what starts with one of the bytes asked for is told, and then it is the same.
    if let Some(found) = inflate_head(packed, size.min(64), Some(b"dP\x7F")) {
        let told = content.first().is_some_and(|first| b"dP\x7F".contains(first));
        assert!(
            found.is_empty() && !told
                || content.starts_with(&found) && (!told || head.is_none_or(|head| head == found))
        );
    }
});
