//! Prototypes: result and parameters of methods, kept as type ids; their text is made when asked for.

use crate::bytes::{refuse, u16_at, u32_at, DexError};
use crate::header::Table;

const PARAMETERS_MAX: usize = 255;
/// Bytes of all prototypes written out, in multiples of the file.
const CAP: usize = 16;
/// Parameters of all prototypes, in multiples of the file's bytes: prototypes may share a list, but not to explode it.
const PARAMETERS_CAP: usize = 2;

/// All prototypes of a DEX file.
#[derive(Debug, Default)]
pub struct Prototypes {
    results: Vec<u32>,
    /// Where the parameters of each prototype start in `parameters`, and the end of the last.
    bounds: Vec<u32>,
    parameters: Vec<u16>,
}

impl Prototypes {
    /// Number of prototypes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.results.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.results.is_empty()
    }

    /// Return the type id of the result.
    #[must_use]
    pub fn result(&self, id: u32) -> u32 {
        self.results.get(id as usize).copied().unwrap_or(0)
    }

    /// Return the type ids of the parameters.
    #[must_use]
    pub fn parameters(&self, id: u32) -> &[u16] {
        let bound = |i: usize| self.bounds.get(i).copied().unwrap_or(0) as usize;
        self.parameters.get(bound(id as usize)..bound(id as usize + 1)).unwrap_or(&[])
    }

    /// Read the table; `type_size` has the bytes of each type's descriptor.
    ///
    /// # Errors
    /// A parameter list lies outside, is too long, or points outside the type table; or all are larger than the cap.
    pub fn read(octets: &[u8], table: Table, type_size: &[u32]) -> Result<Self, DexError> {
        let rows: Vec<(u32, usize)> = (0..table.count)
            .map(|id| table.at + 12 * id)
            .map(|at| (u32_at(octets, at + 4).unwrap_or(0), u32_at(octets, at + 8).unwrap_or(0) as usize))
            .collect();
        if rows.iter().any(|&(_, at)| at != 0 && at + 4 > octets.len()) {
            return refuse("A parameter list lies outside the file.");
        }
        let count = |at: usize| if at == 0 { 0 } else { u32_at(octets, at).unwrap_or(0) as usize };
        let longest = rows.iter().map(|&(_, at)| count(at)).max().unwrap_or(0);
        if longest > PARAMETERS_MAX {
            return refuse(format!("A parameter list has {longest} entries."));
        }
        if rows.iter().any(|&(_, at)| at != 0 && at + 4 + 2 * count(at) > octets.len()) {
            return refuse("A parameter list goes on after the file.");
        }
        if rows.iter().map(|&(_, at)| count(at)).sum::<usize>() > PARAMETERS_CAP * octets.len() {
            return refuse("Its parameter lists together are larger than the file.");
        }
        let mut found = Self { bounds: vec![0], ..Self::default() };
        for (result, at) in rows {
            found.results.push(result);
            found.parameters.extend((0..count(at)).map(|i| u16_at(octets, at + 4 + 2 * i).unwrap_or(u16::MAX)));
            found.bounds.push(found.parameters.len() as u32);
        }
        if found.parameters.iter().any(|&id| usize::from(id) >= type_size.len()) {
            return refuse("A parameter list points outside the type table.");
        }
        let size = |id: u32| type_size.get(id as usize).map_or(0, |&size| size as usize);
        let written = found.parameters.iter().map(|&id| size(u32::from(id))).sum::<usize>()
            + found.results.iter().map(|&id| size(id)).sum::<usize>();
        if written > CAP * octets.len() {
            return refuse("Its prototypes together are larger than the file.");
        }
        Ok(found)
    }
}
