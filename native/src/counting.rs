//! Where each key's entries start when entries are sorted by key: they are counted, not compared.

/// Return where the entries of each key below `count` start when they are sorted by key, and the end of the last.
#[must_use]
pub fn starts_of(keys: impl Iterator<Item = u32>, count: usize) -> Vec<u32> {
    let mut starts = vec![0_u32; count + 1];
    for key in keys {
        if let Some(slot) = starts.get_mut(key as usize + 1) {
            *slot += 1;
        }
    }
    let mut total = 0;
    for start in &mut starts {
        total += *start;
        *start = total;
    }
    starts
}
