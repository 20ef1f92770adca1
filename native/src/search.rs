//! Find members, types and strings in a DEX file by name, without a table of all its names.

use crate::dex::Dex;
use crate::sweep::Uses;
use aho_corasick::packed::Searcher;
use hashbrown::HashMap;
use memchr::memmem::{self, Finder};

/// Rows that are looked at together.
const TOGETHER: usize = 32;

/// Return which ids of a table of members mean one of `members`, each `Lcls;->name`; none if no id does.
#[must_use]
pub fn members<'a>(dex: &Dex, members: impl Iterator<Item = &'a [u8]>, owners: &[u32], names: &[u32]) -> Vec<bool> {
    let mut types: HashMap<&[u8], Option<u32>> = HashMap::new();
    let mut wanted: Vec<(u32, u32)> = Vec::new();
    for member in members {
        let (owner, name) =
            member.split_at_checked(memmem::find(member, b"->").unwrap_or(member.len())).unwrap_or_default();
        // Most classes that are asked for are not there, and many have several members.
        let Some(owner) = *types.entry(owner).or_insert_with(|| dex.find_type(owner)) else { continue };
        wanted.extend(dex.find_string(name.get(2..).unwrap_or(&[])).map(|name| (owner, name)));
    }
    if wanted.is_empty() {
        return Vec::new();
    }
    wanted.sort_unstable();
    let mut of_owner = vec![false; dex.types.len()];
    for &(owner, _) in &wanted {
        if let Some(mark) = of_owner.get_mut(owner as usize) {
            *mark = true;
        }
    }
    let means = |(&owner, &name): (&u32, &u32)| {
        of_owner.get(owner as usize) == Some(&true) && wanted.binary_search(&(owner, name)).is_ok()
    };
    owners.iter().zip(names).map(means).collect()
}

/// Return the rows of `uses` whose target is `wanted`.
#[must_use]
pub fn rows(uses: &Uses, wanted: &[bool]) -> Vec<u32> {
    if !wanted.contains(&true) {
        return Vec::new();
    }
    let hit = |target: &u32| wanted.get(*target as usize) == Some(&true);
    let mut found = Vec::new();
    for (targets, first) in uses.target.chunks(TOGETHER).zip((0..).step_by(TOGETHER)) {
        // Hits are few: many targets with none of them cost one branch.
        if targets.iter().fold(false, |any, target| any | hit(target)) {
            found.extend((first..).zip(targets).filter(|(_, target)| hit(target)).map(|(row, _)| row));
        }
    }
    found
}

/// Return which ids, of `count`, are in `ids`; none if there are no `ids`.
#[must_use]
pub fn marks(ids: impl Iterator<Item = u32>, count: usize) -> Vec<bool> {
    let mut found = Vec::new();
    for id in ids {
        if found.is_empty() {
            found = vec![false; count];
        }
        if let Some(mark) = found.get_mut(id as usize) {
            *mark = true;
        }
    }
    found
}

/// Return the ids of strings that are in `wanted`, ascending.
#[must_use]
pub fn strings_equal(dex: &Dex, wanted: &[Vec<u8>]) -> Vec<u32> {
    ascending(wanted.iter().filter_map(|text| dex.find_string(text)).collect())
}

/// Return the ids of strings that start with one of `prefixes` (none of them empty), ascending.
#[must_use]
pub fn strings_starting(dex: &Dex, prefixes: &[Vec<u8>]) -> Vec<u32> {
    ascending(prefixes.iter().flat_map(|prefix| dex.strings.starting(&dex.data, prefix)).collect())
}

/// Return for each of `needles` the ids of the strings that hold it, ascending.
#[must_use]
pub fn strings_with(dex: &Dex, needles: &[Vec<u8>]) -> Vec<Vec<u32>> {
    let finders: Vec<Finder<'_>> = needles.iter().map(Finder::new).collect();
    let quick: Vec<&[u8]> = needles.iter().map(Vec::as_slice).filter(|needle| is_quick(dex, needle)).collect();
    // All in one pass, where the processor can.
    let candidates = match Searcher::new(&quick).filter(|_| quick.len() > 1) {
        Some(searcher) => candidates(dex, |text| searcher.find(text).map(|place| place.start())),
        None => quick.iter().flat_map(|needle| candidates(dex, |text| memmem::find(text, needle))).collect(),
    };
    let candidates = ascending(candidates);
    let holding = |(needle, finder): (&Vec<u8>, &Finder<'_>)| {
        let holds = |id: &u32| finder.find(dex.string(*id)).is_some();
        if !needle.is_ascii() {
            dex.strings.foreign.iter().copied().filter(holds).collect()
        } else if is_quick(dex, needle) {
            candidates.iter().copied().filter(holds).collect()
        } else {
            (0..dex.strings.len() as u32).filter(holds).collect()
        }
    };
    needles.iter().zip(&finders).map(holding).collect()
}

/// Whether a needle can be looked for in all strings at once: it is ASCII, and stands between two zeros.
fn is_quick(dex: &Dex, needle: &[u8]) -> bool {
    dex.strings.in_order && needle.is_ascii() && !needle.is_empty() && !needle.contains(&0)
}

/// Return the strings of a table in order that may hold what `next` finds.
fn candidates(dex: &Dex, next: impl Fn(&[u8]) -> Option<usize>) -> Vec<u32> {
    let apart = dex.strings.apart.iter().map(|apart| apart.id).filter(|&id| next(dex.string(id)).is_some());
    let apart: Vec<u32> = apart.collect();
    let mut found = around(dex, next);
    found.extend(apart);
    found
}

/// Return the strings of a table in order, in the file as they are, that share bytes between two zeros with what `next`
/// finds.
///
/// Ids may share bytes: a string may start anywhere there.
fn around(dex: &Dex, next: impl Fn(&[u8]) -> Option<usize>) -> Vec<u32> {
    let (low, block) = dex.strings.block(&dex.data);
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(rest) = block.get(from..) {
        let Some(offset) = next(rest) else { break };
        let start = memchr::memrchr(0, rest.get(..offset).unwrap_or(&[])).map_or(from, |zero| from + zero + 1);
        let end = from + offset + memchr::memchr(0, rest.get(offset..).unwrap_or(&[])).unwrap_or(rest.len() - offset);
        found.extend(dex.strings.placed(low + start, low + end).filter(|&id| dex.strings.is_in_file(id)));
        from = end + 1;
    }
    found
}

fn ascending(mut ids: Vec<u32>) -> Vec<u32> {
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Return for each of `needles` whether it stands in `content`; with `fold` capitals of ASCII count as small letters.
#[must_use]
pub fn stands_in(content: &[u8], needles: &[Vec<u8>], fold: bool) -> Vec<bool> {
    let folded = if fold { content.to_ascii_lowercase() } else { Vec::new() };
    let content = if fold { &folded } else { content };
    let mut found = vec![false; needles.len()];
    let mut missing: Vec<usize> = (0..needles.len()).collect();
    let mut from = 0;
    while let Some(rest) = content.get(from..).filter(|_| !missing.is_empty()) {
        let texts = missing.iter().filter_map(|&number| needles.get(number));
        // Where the processor cannot look for several at once, or there are too many of them, each has a pass of its own.
        let Some(searcher) = Searcher::new(texts) else { break };
        let Some(place) = searcher.find(rest) else { return found };
        let number = missing.remove(place.pattern().as_usize());
        if let Some(stands) = found.get_mut(number) {
            *stands = true;
        }
        from += place.start();
    }
    for number in missing {
        if let (Some(stands), Some(needle)) = (found.get_mut(number), needles.get(number)) {
            *stands = memmem::find(content, needle).is_some();
        }
    }
    found
}
