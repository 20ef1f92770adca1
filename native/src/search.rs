//! Find members, types and strings in a DEX file by name, without a table of all its names.

use crate::dex::Dex;
use crate::sweep::Uses;
use memchr::memmem::Finder;

/// Return which ids of a table of members mean one of `members`, each `Lcls;->name`; none if no id does.
#[must_use]
pub fn members<'a>(dex: &Dex, members: impl Iterator<Item = &'a [u8]>, owners: &[u32], names: &[u32]) -> Vec<bool> {
    let mut wanted: Vec<(u32, u32)> = members.filter_map(|member| ids_of(dex, member)).collect();
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

/// Return type id of the class and string id of the name of a member, if the file has both.
fn ids_of(dex: &Dex, member: &[u8]) -> Option<(u32, u32)> {
    let at = memchr::memmem::find(member, b"->").unwrap_or(member.len());
    let owner = dex.find_type(member.get(..at)?)?;
    Some((owner, dex.find_string(member.get(at + 2..).unwrap_or(&[]))?))
}

/// Return the rows of `uses` whose target is `wanted`.
#[must_use]
pub fn rows(uses: &Uses, wanted: &[bool]) -> Vec<u32> {
    if !wanted.contains(&true) {
        return Vec::new();
    }
    let hit = |target: &u32| wanted.get(*target as usize) == Some(&true);
    uses.target.iter().enumerate().filter(|(_, target)| hit(target)).map(|(row, _)| row as u32).collect()
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

/// Return the ids of strings that hold `needle`, ascending.
#[must_use]
pub fn strings_with(dex: &Dex, needle: &[u8]) -> Vec<u32> {
    let strings = &dex.strings;
    let finder = Finder::new(needle);
    let holds = |id: &u32| finder.find(dex.string(*id)).is_some();
    if !needle.is_ascii() {
        return strings.foreign.iter().copied().filter(holds).collect();
    }
    if !strings.in_order {
        return (0..strings.len() as u32).filter(holds).collect();
    }
    let mut found: Vec<u32> = strings.apart.iter().map(|apart| apart.id).filter(holds).collect();
    if !needle.contains(&0) {
        collect_around(dex, &finder, &mut found);
    }
    ascending(found)
}

/// Add the strings of a table in order that stand around each hit: those that start after the zero before it.
///
/// Ids may share bytes, so hits that overlap count too; strings that start before the last hit hold that one already.
fn collect_around(dex: &Dex, finder: &Finder<'_>, found: &mut Vec<u32>) {
    let (low, block) = dex.strings.block(&dex.data);
    let mut from = 0;
    while let Some(rest) = block.get(from..) {
        let Some(offset) = finder.find(rest) else { return };
        let at = from + offset;
        let start = memchr::memrchr(0, rest.get(..offset).unwrap_or(&[])).map_or(from, |zero| from + zero + 1);
        found.extend(dex.strings.placed(low + start, low + at).filter(|&id| dex.strings.is_in_file(id)));
        from = at + 1;
    }
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
    needles.iter().map(|needle| memchr::memmem::find(content, needle).is_some()).collect()
}
