//! Any bytes as the DEX files of an app: tables, sweep, searches, hierarchy, dispatch, reachability.
#![no_main]

use apkfarm_native_fuzz::{check_dex, check_program, files, first_classes, read_all};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let dexes = read_all(&files(input));
    dexes.iter().for_each(|dex| check_dex(dex));
    let entries = first_classes(&dexes);
    let _ = check_program(dexes, &entries);
});
