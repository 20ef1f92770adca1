//! Find members, types and strings in a DEX file by name, without a table of all its names.

use crate::dex::Dex;
use crate::sweep::Uses;
use hashbrown::{HashMap, HashSet};
use memchr::memmem::Finder;

/// Names of members of one class, each with the position of the member.
type Names = Vec<(Vec<u8>, u32)>;

/// Members that are looked for, each `Lcls;->name`, by the descriptor of their class.
#[derive(Debug, Default)]
pub struct Members {
    by_owner: HashMap<Vec<u8>, Names>,
}

impl Members {
    /// Take the members; each is known by its position.
    pub fn new<'a>(members: impl Iterator<Item = &'a [u8]>) -> Self {
        let mut by_owner: HashMap<Vec<u8>, Names> = HashMap::new();
        for (number, member) in members.enumerate() {
            let at = memchr::memmem::find(member, b"->").unwrap_or(member.len());
            let owner = member.get(..at).unwrap_or(&[]).to_vec();
            let name = member.get(at + 2..).unwrap_or(&[]).to_vec();
            by_owner.entry(owner).or_default().push((name, number as u32));
        }
        Self { by_owner }
    }

    /// Return for each id of a table of members the position of the member it means plus one, or 0.
    #[must_use]
    pub fn ids(&self, dex: &Dex, owners: &[u32], names: &[u32]) -> Vec<u32> {
        let owned: Vec<Option<&Names>> =
            (0..dex.types.len() as u32).map(|id| self.by_owner.get(dex.type_name(id))).collect();
        let number = |(owner, name): (&u32, &u32)| {
            let wanted = owned.get(*owner as usize).copied().flatten()?;
            let name = dex.string(*name);
            wanted.iter().find(|(each, _)| each == name).map(|(_, number)| number + 1)
        };
        owners.iter().zip(names).map(|pair| number(pair).unwrap_or(0)).collect()
    }
}

/// Return the rows of `uses` whose target is `wanted` (not 0).
#[must_use]
pub fn rows(uses: &Uses, wanted: &[u32]) -> Vec<u32> {
    if wanted.iter().all(|&number| number == 0) {
        return Vec::new();
    }
    let hit = |target: &u32| wanted.get(*target as usize).is_some_and(|&number| number != 0);
    uses.target.iter().enumerate().filter(|(_, target)| hit(target)).map(|(row, _)| row as u32).collect()
}

/// Return the ids of types whose descriptor is in `wanted`, marked by 1.
#[must_use]
pub fn types(dex: &Dex, wanted: &HashSet<Vec<u8>>) -> Vec<u32> {
    (0..dex.types.len() as u32).map(|id| u32::from(wanted.contains(dex.type_name(id)))).collect()
}

/// Return the ids of strings that are in `wanted`, ascending.
#[must_use]
pub fn strings_equal(dex: &Dex, wanted: &HashSet<Vec<u8>>) -> Vec<u32> {
    let mut lengths = [false; 256];
    for value in wanted {
        if let Some(mark) = lengths.get_mut(value.len().min(255)) {
            *mark = true;
        }
    }
    let fits = |text: &[u8]| lengths.get(text.len().min(255)) == Some(&true) && wanted.contains(text);
    (0..dex.strings.len() as u32).filter(|&id| fits(dex.string(id))).collect()
}

/// Return the ids of strings that start with one of `prefixes` (none of them empty), ascending.
#[must_use]
pub fn strings_starting(dex: &Dex, prefixes: &[Vec<u8>]) -> Vec<u32> {
    let mut by_first: HashMap<u8, Vec<&[u8]>> = HashMap::new();
    for prefix in prefixes {
        if let Some(&first) = prefix.first() {
            by_first.entry(first).or_default().push(prefix);
        }
    }
    let wanted: Vec<Option<&Vec<&[u8]>>> = (0..=255_u8).map(|first| by_first.get(&first)).collect();
    let starts = |text: &[u8]| {
        let prefixes = text.first().and_then(|&first| wanted.get(usize::from(first)).copied().flatten());
        prefixes.is_some_and(|prefixes| prefixes.iter().any(|prefix| text.starts_with(prefix)))
    };
    (0..dex.strings.len() as u32).filter(|&id| starts(dex.string(id))).collect()
}

/// Return the ids of strings that hold one of `needles`, and with `foreign` of those beyond ASCII; ascending.
#[must_use]
pub fn strings_with(dex: &Dex, needles: &[Vec<u8>], foreign: bool) -> Vec<u32> {
    let count = dex.strings.len() as u32;
    let mut found: Vec<u32> = Vec::new();
    let mut placed: Vec<(usize, u32)> = Vec::with_capacity(count as usize);
    let mut low = usize::MAX;
    let mut high = 0;
    let (ascii, beyond): (Vec<&Vec<u8>>, Vec<&Vec<u8>>) = needles.iter().partition(|needle| needle.is_ascii());
    let holds = |id: u32, needles: &[&Vec<u8>]| {
        needles.iter().any(|needle| memchr::memmem::find(dex.string(id), needle).is_some())
    };
    for id in 0..count {
        if dex.strings.is_foreign(id) && (foreign || holds(id, &beyond)) {
            found.push(id);
        }
        match dex.strings.span(id) {
            Some((start, length)) => {
                placed.push((start, id));
                low = low.min(start);
                high = high.max(start + length);
            }
            None if holds(id, &ascii) => found.push(id),
            None => {}
        }
    }
    if !placed.is_sorted() {
        placed.sort_unstable();
    }
    let block = dex.data.get(low..high).unwrap_or(&[]);
    for needle in ascii {
        collect_around(block, needle, low, &placed, &mut found);
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Add the strings around each hit: those that start after the zero before it. `block` starts at `low` of the file.
///
/// Ids may share bytes, so hits that overlap count too; strings that start before the last hit hold that one already.
fn collect_around(block: &[u8], needle: &[u8], low: usize, placed: &[(usize, u32)], found: &mut Vec<u32>) {
    if needle.contains(&0) {
        return;
    }
    let finder = Finder::new(needle);
    let mut from = 0;
    while let Some(rest) = block.get(from..) {
        let Some(offset) = finder.find(rest) else { return };
        let at = from + offset;
        let start = memchr::memrchr(0, rest.get(..offset).unwrap_or(&[])).map_or(from, |zero| from + zero + 1);
        let first = placed.partition_point(|&(each, _)| each < low + start);
        let starts = placed.get(first..).unwrap_or(&[]).iter().take_while(|&&(each, _)| each <= low + at);
        found.extend(starts.map(|&(_, id)| id));
        from = at + 1;
    }
}

/// Return for each of `needles` whether it stands in `content`; with `fold` capitals of ASCII count as small letters.
#[must_use]
pub fn stands_in(content: &[u8], needles: &[Vec<u8>], fold: bool) -> Vec<bool> {
    let folded = if fold { content.to_ascii_lowercase() } else { Vec::new() };
    let content = if fold { &folded } else { content };
    needles.iter().map(|needle| memchr::memmem::find(content, needle).is_some()).collect()
}
