//! What the fuzz targets have in common: reading an app's code whole, and what must be true of it afterwards.
#![allow(clippy::missing_panics_doc)] // a panic is how a target tells

pub mod plan;
pub mod writer;

use apkfarm_native::constants::Follower;
use apkfarm_native::dex::Dex;
use apkfarm_native::header::header_offsets;
use apkfarm_native::program::{Program, NONE};
use apkfarm_native::reach::{reach, via, Reach};
use apkfarm_native::search::{strings_equal, strings_starting, strings_with};
use apkfarm_native::sweep::Uses;
use hashbrown::HashMap;
use std::sync::Arc;

/// Stands between the files of an app in one input.
pub const SEPARATOR: &[u8] = b"\xFFnext\xFF";
/// Files of one app.
const FILES_MAX: usize = 3;

/// Return the files of an input: up to three, cut at separators.
#[must_use]
pub fn files(input: &[u8]) -> Vec<&[u8]> {
    let mut files = Vec::new();
    let mut rest = input;
    while files.len() + 1 < FILES_MAX {
        let Some(at) = memchr::memmem::find(rest, SEPARATOR) else { break };
        files.push(&rest[..at]);
        rest = &rest[at + SEPARATOR.len()..];
    }
    files.push(rest);
    files
}

/// Read every part of every file that can be read.
#[must_use]
pub fn read_all(files: &[&[u8]]) -> Vec<Arc<Dex>> {
    let mut dexes = Vec::new();
    for file in files {
        let data = Arc::new(file.to_vec());
        for offset in header_offsets(&data) {
            dexes.extend(Dex::read(Arc::clone(&data), offset).ok().map(Arc::new));
        }
    }
    dexes
}

/// Every id lies inside its table, every row inside its method; searching finds what looking finds.
pub fn check_dex(dex: &Dex) {
    let (strings, types, methods) = (dex.strings.len(), dex.types.len(), dex.method_owner.len());
    let below = |column: &[u32], count: usize| assert!(column.iter().all(|&id| (id as usize) < count));
    below(&dex.types, strings);
    below(&dex.field_owner, types);
    below(&dex.field_name, strings);
    below(&dex.method_owner, types);
    below(&dex.method_proto, dex.prototypes.len());
    below(&dex.method_name, strings);
    below(&dex.class_type, types);
    dex.class_interfaces.iter().for_each(|list| below(list, types));
    assert!(dex.class_super.iter().all(|&id| id >= -1 && id < types as i64));
    assert!(dex.methods.iter().all(|each| (each.method as usize) < methods));
    let code = &dex.code;
    for (uses, count) in
        [(&code.calls, methods), (&code.strings, strings), (&code.types, types), (&code.fields, dex.field_owner.len())]
    {
        below(&uses.caller, methods);
        below(&uses.target, count);
        assert!([uses.target.len(), uses.offset.len(), uses.opcode.len()] == [uses.len(); 3]);
        assert!(places(uses).is_sorted());
    }
    check_searches(dex);
    let mut name = Vec::new();
    let mut follower: Option<Follower> = None;
    for row in 0..code.calls.len().min(100) {
        dex.write_method(code.calls.target[row], &mut name);
        let mut fresh = dex.follower(code.calls.caller[row]).expect("a method with calls has code");
        let reaching = dex.constants_reaching(&mut fresh, code.calls.offset[row]);
        below(&reaching, strings);
        if follower.as_ref().is_none_or(|each| each.owner() != fresh.owner()) {
            follower = dex.follower(fresh.owner());
        }
        let kept = follower.as_mut().map(|each| dex.constants_reaching(each, code.calls.offset[row]));
        assert_eq!(Some(reaching), kept);
    }
}

fn places(uses: &Uses) -> Vec<(u32, u32)> {
    uses.caller.iter().copied().zip(uses.offset.iter().copied()).collect()
}

/// The quick searches in the string table say what looking at each string says.
fn check_searches(dex: &Dex) {
    let all = || (0..dex.strings.len() as u32).map(|id| (id, dex.string(id)));
    let mut wanted: Vec<Vec<u8>> = vec![b"://".to_vec(), "\u{9690}".as_bytes().to_vec()];
    wanted.extend(all().step_by(7).take(8).map(|(_, text)| text[text.len() / 3..].to_vec()));
    wanted.retain(|each| !each.is_empty());
    let looked = |fits: &dyn Fn(&[u8]) -> bool| all().filter(|(_, text)| fits(text)).map(|(id, _)| id).collect();
    let holding = |each: &Vec<u8>| looked(&|text| memchr::memmem::find(text, each).is_some());
    assert_eq!(wanted.iter().map(holding).collect::<Vec<Vec<u32>>>(), strings_with(dex, &wanted));
    for each in &wanted {
        assert_eq!(vec![holding(each)], strings_with(dex, &[each.clone()]));
        let slow: Vec<u32> = looked(&|text| text == each);
        assert_eq!(slow, dex.find_string(each).into_iter().collect::<Vec<u32>>());
    }
    let slow: Vec<u32> = looked(&|text| !text.is_ascii());
    assert_eq!(slow, dex.strings.foreign);
    let slow: Vec<u32> = looked(&|text| wanted.iter().any(|each| text.starts_with(each)));
    assert_eq!(slow, strings_starting(dex, &wanted));
    let slow: Vec<u32> = looked(&|text| wanted.iter().any(|each| text == each));
    assert_eq!(slow, strings_equal(dex, &wanted));
}

/// Search the program from its classes; every path starts at an entry, takes a step at a time and ends at its method.
#[must_use]
pub fn check_program(dexes: Vec<Arc<Dex>>, entries: &[Vec<u8>]) -> (Program, Reach) {
    let program = Program::classes(dexes).with_methods();
    let kinds = HashMap::from([(b"Ljava/lang/Thread;".to_vec(), 0), (b"Ljava/lang/Runnable;".to_vec(), 1)]);
    let found = reach(&program, entries, &kinds);
    assert_eq!(program.nodes.len(), found.steps.len());
    for node in (0..program.nodes.len() as u32).take(2_000) {
        let path = found.path(node);
        assert_eq!(found.steps[node as usize].is_some(), !path.is_empty());
        for (at, &(here, step)) in path.iter().enumerate() {
            let before = at.checked_sub(1).map_or(NONE, |before| path[before].0);
            assert_eq!(before, step.parent);
            assert_eq!(step.parent == NONE, step.via == via::ENTRY);
            assert!(at > 0 || (step.entry as usize) < entries.len());
            assert!((here as usize) < program.nodes.len());
        }
        assert!(path.last().is_none_or(|last| last.0 == node));
    }
    let bases: Vec<u32> = (0..program.type_count() as u32).step_by(3).collect();
    let _ = program.descendants(&bases);
    (program, found)
}

/// Return the descriptors of the program's first classes.
#[must_use]
pub fn first_classes(dexes: &[Arc<Dex>]) -> Vec<Vec<u8>> {
    let names = dexes.iter().flat_map(|dex| dex.class_type.iter().map(|&id| dex.type_name(id).to_vec()));
    names.take(4).collect()
}
