//! Damaged files: read or refused, never a panic, never more work than the file is worth.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod common;

use apkfarm_native::dex::Dex;
use apkfarm_native::head::inflate_head;
use apkfarm_native::header::header_offsets;
use apkfarm_native::inflate::inflate_exactly;
use apkfarm_native::initial::initial_strings;
use apkfarm_native::program::Program;
use apkfarm_native::reach::reach;
use apkfarm_native::search::{strings_starting, strings_with};
use apkfarm_native::zip::read_entries;
use apkfarm_native::{class_data, mutf8};
use common::{apk, dex_files, Dice};
use hashbrown::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Bound on one damaged file, in a build without optimisation.
const LONGEST: Duration = Duration::from_secs(5);

/// Files to damage; `ROUNDS=100000 cargo test --release` for a long run.
fn rounds() -> usize {
    std::env::var("ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(20_000)
}

/// Read every part of a file and ask everything of it; return how many parts could be read.
fn use_fully(data: Vec<u8>) -> usize {
    let data = Arc::new(data);
    let dexes: Vec<Arc<Dex>> = header_offsets(&data)
        .into_iter()
        .filter_map(|offset| Dex::read(Arc::clone(&data), offset).ok())
        .map(Arc::new)
        .collect();
    for dex in &dexes {
        let _ = strings_with(dex, &[b"://".to_vec(), b"a".to_vec(), "隐私".into()]);
        let _ = strings_starting(dex, &[b"android.".to_vec()]);
        let classes: Vec<Vec<u8>> = dex.class_type.iter().map(|&id| dex.type_name(id).to_vec()).collect();
        for (field, string) in initial_strings(dex, &classes) {
            assert!((field as usize) < dex.field_owner.len() && (string as usize) < dex.strings.len());
        }
        let mut name = Vec::new();
        for row in 0..dex.code.calls.len().min(200) {
            let (target, offset, _) = dex.code.calls.row(row).unwrap();
            let mut follower = dex.follower(dex.code.calls.caller[row]).unwrap();
            let _ = dex.constants_reaching(&mut follower, offset);
            dex.write_method(target, &mut name);
        }
    }
    let count = dexes.len();
    let program = Program::classes(dexes).with_methods();
    let entries: Vec<Vec<u8>> = (0..program.type_count() as u32).map(|id| program.type_name(id).to_vec()).collect();
    let found = reach(&program, &entries, &HashMap::new());
    for node in 0..program.nodes.len() as u32 {
        let _ = found.path(node);
    }
    count
}

#[test]
fn the_sample_is_read_whole() {
    let files = dex_files();
    assert_eq!(2, files.len());
    for file in files {
        assert_eq!(1, use_fully(file));
    }
}

#[test]
fn damaged_dex_files_never_panic() {
    let files = dex_files();
    let mut dice = Dice::new(7);
    let mut read = 0;
    for round in 0..rounds() {
        let start = Instant::now();
        read += use_fully(dice.damage(&files[round % files.len()]));
        assert!(start.elapsed() < LONGEST, "round {round} took {:?}", start.elapsed());
    }
    assert!((rounds() / 20..rounds()).contains(&read), "damage should break many and leave some: {read} were read");
}

#[test]
fn damaged_directories_never_panic() {
    let mut dice = Dice::new(11);
    for _ in 0..2_000 {
        let data = dice.damage(apk());
        let start = dice.roll(data.len());
        let found = read_entries(&data, start, data.len(), 10);
        assert!(found.entries.len() <= 10);
        let end = memchr::memmem::find(&data, b"PK\x01\x02").unwrap_or(0);
        assert!(read_entries(&data, end, data.len(), 1_000).stop <= data.len());
    }
}

#[test]
fn damaged_streams_never_panic() {
    let mut dice = Dice::new(13);
    for _ in 0..2_000 {
        let data = dice.damage(&apk()[..4_000.min(apk().len())]);
        let start = dice.roll(data.len());
        assert!(inflate_exactly(&data[start..], 5_000).is_none_or(|content| content.len() == 5_000));
        assert!(inflate_head(&data[start..], 8, None).is_none_or(|head| head.len() == 8));
    }
}

#[test]
fn any_bytes_are_a_string() {
    let mut dice = Dice::new(17);
    for _ in 0..20_000 {
        let raw: Vec<u8> = (0..dice.roll(12))
            .map(|_| [0xC0, 0x80, 0xED, 0xA0, 0xF0, 0x41, dice.roll(256) as u8][dice.roll(7)])
            .collect();
        if let Some(text) = mutf8::decode(&raw) {
            assert!(text.len() <= 3 * raw.len() + 4);
        }
    }
}

#[test]
fn classes_that_claim_whole_files_cost_no_more() {
    // 2,000 classes, each with as many fields as numbers are left: to skip them one by one would take minutes.
    let size = 400_000;
    let mut octets = vec![0_u8; size];
    let mut offsets = Vec::new();
    for class in 0..2_000_usize {
        let at = 16 + class * 16;
        let count = size - at - 100;
        let number = [count as u8 | 0x80, (count >> 7) as u8 | 0x80, (count >> 14) as u8 & 0x7F];
        octets[at..at + 3].copy_from_slice(&number);
        offsets.push(at as u32);
    }
    let start = Instant::now();
    let found = class_data::read_methods(&octets, &offsets, 10);
    assert!(found.is_err());
    assert!(start.elapsed() < LONGEST, "{:?}", start.elapsed());
}
