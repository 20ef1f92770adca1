//! One number for each distinct selector of a program: name and prototype, across its DEX files.

use crate::counting::starts_of;
use crate::dex::Dex;
use crate::interner::Interner;
use crate::program::NONE;
use std::sync::Arc;

/// Give each distinct pair of name and prototype a number: methods are laid out by name, and of one name by prototype.
#[must_use]
pub fn number_selectors(dexes: &[Arc<Dex>], types: &[Vec<u32>]) -> Vec<Vec<u32>> {
    let (names, count) = number_names(dexes);
    let protos = number_prototypes(dexes, types);
    let of_dex = |(dex, protos): (&'_ Arc<Dex>, Vec<u32>)| {
        let proto = |&id: &u32| protos.get(id as usize).copied().unwrap_or(NONE);
        dex.method_proto.iter().map(proto).collect::<Vec<u32>>()
    };
    let protos = dexes.iter().zip(protos).flat_map(of_dex);
    let starts = starts_of(names.iter().copied(), count);
    let mut next = starts.clone();
    let mut by_name = vec![(0_u32, 0_u32); names.len()];
    for ((&name, proto), method) in names.iter().zip(protos).zip(0_u32..) {
        let Some(at) = next.get_mut(name as usize) else { continue };
        if let Some(slot) = by_name.get_mut(*at as usize) {
            *slot = (proto, method);
        }
        *at += 1;
    }
    let mut numbers = vec![NONE; names.len()];
    let mut number = 0;
    for bounds in starts.windows(2) {
        let &[first, last] = bounds else { continue };
        let Some(methods) = by_name.get_mut(first as usize..last as usize) else { continue };
        methods.sort_unstable();
        let mut before = None;
        for &(proto, method) in methods.iter() {
            number += u32::from(before.is_some_and(|before| before != proto));
            before = Some(proto);
            if let Some(slot) = numbers.get_mut(method as usize) {
                *slot = number;
            }
        }
        number += u32::from(before.is_some());
    }
    let mut selectors = Vec::with_capacity(dexes.len());
    let mut rest = numbers.as_slice();
    for dex in dexes {
        let (own, behind) = rest.split_at_checked(dex.method_name.len()).unwrap_or((rest, &[]));
        selectors.push(own.to_vec());
        rest = behind;
    }
    selectors
}

/// Return a number for the name of each method of one file after the other, and how many numbers there are.
fn number_names(dexes: &[Arc<Dex>]) -> (Vec<u32>, usize) {
    let methods: usize = dexes.iter().map(|dex| dex.method_name.len()).sum();
    let mut names: Interner<(u32, u32)> = Interner::with_room(methods / 2);
    let text = |(dex, id): (u32, u32)| dexes.get(dex as usize).map_or(&[][..], |dex| dex.string(id));
    let mut numbers = Vec::with_capacity(methods);
    for (at, dex) in (0_u32..).zip(dexes) {
        let mut known = vec![NONE; dex.strings.len()];
        for &name in &dex.method_name {
            let Some(slot) = known.get_mut(name as usize) else { continue };
            if *slot == NONE {
                *slot = names.number((at, name), text);
            }
            numbers.push(*slot);
        }
    }
    (numbers, names.keys.len())
}

/// Return the number of each prototype, by file and prototype id.
fn number_prototypes(dexes: &[Arc<Dex>], types: &[Vec<u32>]) -> Vec<Vec<u32>> {
    // Result and parameters of one prototype after the other, as global types.
    let mut written: Vec<u32> = Vec::new();
    let mut places: Vec<Vec<(u32, u32)>> = Vec::new();
    for (dex, types) in dexes.iter().zip(types) {
        let number = |id: u32| types.get(id as usize).copied().unwrap_or(NONE);
        let place = |id: u32| {
            let first = written.len() as u32;
            written.push(number(dex.prototypes.result(id)));
            written.extend(dex.prototypes.parameters(id).iter().map(|&each| number(u32::from(each))));
            (first, written.len() as u32)
        };
        places.push((0..dex.prototypes.len() as u32).map(place).collect());
    }
    let mut interner: Interner<(u32, u32)> = Interner::with_room(places.iter().map(Vec::len).sum());
    let text = |(first, last): (u32, u32)| written.get(first as usize..last as usize).unwrap_or(&[]);
    places.iter().map(|places| places.iter().map(|&place| interner.number(place, text)).collect()).collect()
}
