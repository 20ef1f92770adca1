//! Numbers for distinct keys.

use hashbrown::hash_table::{Entry, HashTable};
use hashbrown::DefaultHashBuilder;
use std::hash::BuildHasher;

/// Numbers for distinct keys.
#[derive(Default)]
pub struct Interner<K> {
    table: HashTable<u32>,
    /// The keys by number.
    pub keys: Vec<K>,
    hasher: DefaultHashBuilder,
}

impl<K: Copy> Interner<K> {
    /// Make room for `count` keys.
    #[must_use]
    pub fn with_room(count: usize) -> Self {
        let (table, keys) = (HashTable::with_capacity(count), Vec::with_capacity(count));
        Self { table, keys, hasher: DefaultHashBuilder::default() }
    }

    /// Return the number of `key`; `text` says what makes keys equal.
    pub fn number<T: std::hash::Hash + Eq>(&mut self, key: K, text: impl Fn(K) -> T) -> u32 {
        let wanted = text(key);
        let (keys, hasher) = (&self.keys, &self.hasher);
        let get = |number: &u32| keys.get(*number as usize).map(|&each| text(each));
        let entry = self.table.entry(
            hasher.hash_one(&wanted),
            |number| get(number).as_ref() == Some(&wanted),
            |number| get(number).map_or(0, |each| hasher.hash_one(each)),
        );
        match entry {
            Entry::Occupied(found) => *found.get(),
            Entry::Vacant(free) => {
                let number = keys.len() as u32;
                free.insert(number);
                self.keys.push(key);
                number
            }
        }
    }

    /// Return the number of the key whose text is `wanted`; `text` is as it was when the keys were numbered.
    pub fn find<T: std::hash::Hash + Eq>(&self, wanted: &T, text: impl Fn(K) -> T) -> Option<u32> {
        let get = |number: &u32| self.keys.get(*number as usize).map(|&each| text(each));
        self.table.find(self.hasher.hash_one(wanted), |number| get(number).as_ref() == Some(wanted)).copied()
    }
}
