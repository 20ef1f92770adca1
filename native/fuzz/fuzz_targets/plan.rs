//! Planned code, written as DEX files and read back: every use is there, and what can be reached is what the plan says.
#![no_main]

use apkfarm_native::dex::Dex;
use apkfarm_native_fuzz::plan::{called, file, length, ClassPlan, File, Key, Model, Step};
use apkfarm_native_fuzz::writer::{dex_file, method_id, Class, NAMES, SELECTORS, TYPES};
use apkfarm_native_fuzz::{check_dex, check_program};
use libfuzzer_sys::fuzz_target;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Files of one app, and the classes that the system enters.
type Input = (Vec<Vec<ClassPlan>>, [u8; 2]);

fuzz_target!(|input: Input| {
    let files: Vec<File> = input.0.iter().take(3).map(|classes| file(classes)).collect();
    let entries = input.1.map(|entry| entry % TYPES.len() as u8);
    let dexes: Vec<Arc<Dex>> = files.iter().map(read).collect();
    let names: Vec<Vec<u8>> = entries.iter().map(|&entry| TYPES[usize::from(entry)].as_bytes().to_vec()).collect();
    let (program, found) = check_program(dexes, &names);
    let mut reached: BTreeMap<Key, usize> = BTreeMap::new();
    for (node, at) in (0_u32..).zip(&program.nodes).filter(|each| found.steps[each.0 as usize].is_some()) {
        // Ids are the same in every file.
        let key = ((at.method / u32::from(SELECTORS)) as u8, (at.method % u32::from(SELECTORS)) as u8);
        assert_eq!(None, reached.insert(key, found.path(node).len() - 1));
    }
    assert_eq!(Model::new(&files).reached(&entries), reached, "{files:?} from {entries:?}");
    assert!(found.complete);
});

/// Write a file and read it back.
fn read(file: &File) -> Arc<Dex> {
    let classes: Vec<Class> = file.iter().map(|each| each.0.clone()).collect();
    let dex = Dex::read(Arc::new(dex_file(&classes)), 0).expect("a sound file was refused");
    check_dex(&dex);
    let mut calls: Vec<(u32, u32, u32, u8)> = Vec::new();
    let mut texts = 0;
    for (class, bodies) in file {
        for (method, steps) in class.methods.iter().zip(bodies) {
            let mut at = 0;
            for &step in steps {
                let caller = u32::from(method_id(class.name, method.selector));
                calls
                    .extend(called(step).map(|(opcode, key)| (caller, u32::from(method_id(key.0, key.1)), at, opcode)));
                texts += usize::from(matches!(step, Step::Text(_)));
                at += length(step);
            }
        }
    }
    calls.sort_by_key(|&(caller, _, offset, _)| (caller, offset));
    let uses = &dex.code.calls;
    let row = |row: usize| uses.row(row).map(|(target, offset, opcode)| (uses.caller[row], target, offset, opcode));
    assert_eq!(calls, (0..uses.len()).filter_map(row).collect::<Vec<_>>());
    assert_eq!(texts, dex.code.strings.len());
    assert_eq!(NAMES.len() + TYPES.len() + 1, dex.strings.len());
    Arc::new(dex)
}
