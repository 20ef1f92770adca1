//! One DEX file.

use super::column::{Column, Owner, Raw};
use super::{raws, text, NativeDexError};
use crate::bytes::{has_room, DexError};
use crate::constants::Follower;
use crate::dex::Dex as Engine;
use crate::header;
use crate::initial::initial_strings;
use crate::search::{self, marks, rows, strings_equal, strings_starting, strings_with};
use crate::sweep::Uses;
use hashbrown::HashSet;
use pyo3::exceptions::{PyIndexError, PyKeyError, PyMemoryError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};
use std::sync::{Arc, Mutex, PoisonError};

/// Caller, target, offset and opcode of an instruction.
type Row = (u32, u32, u32, u8);

/// Tables and swept code of one DEX file, and the registers of the method that was asked for last.
#[pyclass(frozen)]
pub struct Dex(pub Arc<Engine>, Mutex<Option<Follower>>);

/// Return where the headers of a DEX file start.
#[pyfunction]
pub fn header_offsets(column: &Column) -> Vec<usize> {
    column.bytes().map_or_else(Vec::new, |data| header::header_offsets(data))
}

/// Read the DEX file whose header stands at `offset`; raises `NativeDexError`, or `MemoryError` before any is taken.
#[pyfunction]
pub fn read_dex(py: Python<'_>, column: &Column, offset: usize) -> PyResult<Dex> {
    let data = column.bytes().map(Arc::clone).unwrap_or_default();
    if header::read_header(&data, offset).is_ok_and(|header| !has_room(header.room())) {
        return Err(no_room());
    }
    match py.detach(|| Engine::read(data, offset)) {
        Ok(dex) => Ok(Dex(Arc::new(dex), Mutex::new(None))),
        Err(DexError::Wrong(sentence)) => Err(NativeDexError::new_err(sentence)),
        Err(DexError::NoRoom) => Err(no_room()),
    }
}

/// Return the error for a file that memory is too small for.
fn no_room() -> PyErr {
    PyMemoryError::new_err("There is no room to read the file.")
}

/// Return how to find the column `name`.
fn pick(name: &str) -> Option<fn(&Engine) -> Raw<'_>> {
    let found: fn(&Engine) -> Raw<'_> = match name {
        "types" => |dex| Raw::Words(&dex.types),
        "field_owner" => |dex| Raw::Words(&dex.field_owner),
        "field_name" => |dex| Raw::Words(&dex.field_name),
        "method_owner" => |dex| Raw::Words(&dex.method_owner),
        "method_proto" => |dex| Raw::Words(&dex.method_proto),
        "method_name" => |dex| Raw::Words(&dex.method_name),
        "class_type" => |dex| Raw::Words(&dex.class_type),
        "class_super" => |dex| Raw::Longs(&dex.class_super),
        "calls.caller" => |dex| Raw::Words(&dex.code.calls.caller),
        "calls.target" => |dex| Raw::Words(&dex.code.calls.target),
        "calls.offset" => |dex| Raw::Words(&dex.code.calls.offset),
        "calls.opcode" => |dex| Raw::Bytes(&dex.code.calls.opcode),
        "strings.caller" => |dex| Raw::Words(&dex.code.strings.caller),
        "strings.target" => |dex| Raw::Words(&dex.code.strings.target),
        "strings.offset" => |dex| Raw::Words(&dex.code.strings.offset),
        "strings.opcode" => |dex| Raw::Bytes(&dex.code.strings.opcode),
        "types.caller" => |dex| Raw::Words(&dex.code.types.caller),
        "types.target" => |dex| Raw::Words(&dex.code.types.target),
        "types.offset" => |dex| Raw::Words(&dex.code.types.offset),
        "types.opcode" => |dex| Raw::Bytes(&dex.code.types.opcode),
        "fields.caller" => |dex| Raw::Words(&dex.code.fields.caller),
        "fields.target" => |dex| Raw::Words(&dex.code.fields.target),
        "fields.offset" => |dex| Raw::Words(&dex.code.fields.offset),
        "fields.opcode" => |dex| Raw::Bytes(&dex.code.fields.opcode),
        _ => return None,
    };
    Some(found)
}

fn table(uses: &Uses, rows: &[u32]) -> Vec<Row> {
    let row = |&at: &u32| {
        let (target, offset, opcode) = uses.row(at as usize)?;
        Some((*uses.caller.get(at as usize)?, target, offset, opcode))
    };
    rows.iter().filter_map(row).collect()
}

#[pymethods]
impl Dex {
    #[getter]
    fn version(&self) -> u32 {
        self.0.header.version
    }
    #[getter]
    fn size(&self) -> usize {
        self.0.header.size
    }
    #[getter]
    fn limit(&self) -> usize {
        self.0.header.limit
    }
    #[getter]
    fn checksum(&self) -> u32 {
        self.0.header.checksum
    }
    #[getter]
    fn signature<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.0.header.signature)
    }
    /// Lengths of the tables of strings, prototypes and class definitions.
    #[getter]
    fn counts(&self) -> (usize, usize, usize) {
        (self.0.strings.len(), self.0.prototypes.len(), self.0.class_type.len())
    }
    /// Methods, instructions, rejected methods, bad ids and unknown opcodes of the sweep.
    #[getter]
    fn swept(&self) -> (usize, u64, usize, u64, u64) {
        let code = &self.0.code;
        (code.items.len(), code.instructions, code.rejected, code.bad_ids, code.unknown_opcodes)
    }

    /// Return a column by name, as `calls.target`.
    fn column(&self, name: &str) -> PyResult<Column> {
        let pick = pick(name).ok_or_else(|| PyKeyError::new_err(name.to_owned()))?;
        Ok(Column(Owner::Dex(Arc::clone(&self.0), pick)))
    }

    fn string<'py>(&self, py: Python<'py>, id: usize) -> PyResult<Bound<'py, PyString>> {
        if id >= self.0.strings.len() {
            return Err(PyIndexError::new_err("There is no such string."));
        }
        text(py, self.0.string(id as u32))
    }
    fn strings<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyString>>> {
        (0..self.0.strings.len() as u32).map(|id| text(py, self.0.string(id))).collect()
    }
    fn prototype<'py>(&self, py: Python<'py>, id: usize) -> PyResult<Bound<'py, PyString>> {
        if id >= self.0.prototypes.len() {
            return Err(PyIndexError::new_err("There is no such prototype."));
        }
        self.written(py, |dex, out| dex.write_prototype(id as u32, out))
    }
    fn type_name<'py>(&self, py: Python<'py>, id: usize) -> PyResult<Bound<'py, PyString>> {
        if id >= self.0.types.len() {
            return Err(PyIndexError::new_err("There is no such type."));
        }
        text(py, self.0.type_name(id as u32))
    }
    fn member<'py>(&self, py: Python<'py>, id: u32) -> PyResult<Bound<'py, PyString>> {
        self.written(py, |dex, out| dex.write_member(id, out))
    }
    fn method<'py>(&self, py: Python<'py>, id: u32) -> PyResult<Bound<'py, PyString>> {
        self.written(py, |dex, out| dex.write_method(id, out))
    }
    fn field<'py>(&self, py: Python<'py>, id: u32) -> PyResult<Bound<'py, PyString>> {
        self.written(py, |dex, out| dex.write_field(id, out))
    }
    /// Return the descriptor of the class of a method.
    fn class_of<'py>(&self, py: Python<'py>, method: u32) -> PyResult<Bound<'py, PyString>> {
        let owner = self.0.method_owner.get(method as usize).copied().unwrap_or(u32::MAX);
        text(py, self.0.type_name(owner))
    }
    /// Return the type ids of the interfaces of each class definition.
    fn class_interfaces(&self) -> Vec<Vec<u32>> {
        self.0.class_interfaces.iter().map(<[u32]>::to_vec).collect()
    }
    /// Return id, code offset and virtuality of each method that a class defines.
    fn defined_methods(&self) -> Vec<(u32, u32, bool)> {
        self.0.methods.iter().map(|each| (each.method, each.code, each.is_virtual)).collect()
    }

    /// Return the calls of one of `members`, each `Lcls;->name`; with `callers` only those in these methods.
    #[pyo3(signature = (members, callers = None))]
    fn call_rows(&self, members: &Bound<'_, PyAny>, callers: Option<Vec<u32>>) -> PyResult<Vec<Row>> {
        let wanted = self.wanted_methods(members)?;
        let calls = &self.0.code.calls;
        let Some(callers) = callers else { return Ok(table(calls, &rows(calls, &wanted))) };
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let wanted = |row: &usize| calls.row(*row).is_some_and(|row| wanted.get(row.0 as usize) == Some(&true));
        let chosen: Vec<u32> = callers
            .into_iter()
            .flat_map(|caller| calls.rows_of(caller).filter(wanted).map(|row| row as u32).collect::<Vec<_>>())
            .collect();
        Ok(table(calls, &chosen))
    }
    /// Return the distinct pairs of caller and called method among the calls of one of `members`.
    fn callers_of(&self, members: &Bound<'_, PyAny>) -> PyResult<Vec<(u32, u32)>> {
        let calls = &self.0.code.calls;
        let pair = |row: u32| Some((*calls.caller.get(row as usize)?, *calls.target.get(row as usize)?));
        let mut pairs: Vec<_> = rows(calls, &self.wanted_methods(members)?).into_iter().filter_map(pair).collect();
        pairs.sort_unstable();
        pairs.dedup();
        Ok(pairs)
    }
    /// Return the uses of one of the fields `members`.
    fn field_rows(&self, members: &Bound<'_, PyAny>) -> PyResult<Vec<Row>> {
        let names = raws(members)?;
        let wanted = search::members(&self.0, names.iter().map(Vec::as_slice), &self.0.field_owner, &self.0.field_name);
        Ok(table(&self.0.code.fields, &rows(&self.0.code.fields, &wanted)))
    }
    /// Return the uses of one of the types `names`.
    fn type_rows(&self, names: &Bound<'_, PyAny>) -> PyResult<Vec<Row>> {
        let ids = raws(names)?.into_iter().filter_map(|name| self.0.find_type(&name));
        let wanted = marks(ids, self.0.types.len());
        Ok(table(&self.0.code.types, &rows(&self.0.code.types, &wanted)))
    }
    /// Return field and string id of each static field of the classes `names` that starts with a string.
    fn initial_strings(&self, names: &Bound<'_, PyAny>) -> PyResult<Vec<(u32, u32)>> {
        Ok(initial_strings(&self.0, &raws(names)?))
    }
    /// Return the loads of one of the strings `ids`.
    fn string_rows(&self, ids: Vec<u32>) -> Vec<Row> {
        let wanted = marks(ids.into_iter(), self.0.strings.len());
        table(&self.0.code.strings, &rows(&self.0.code.strings, &wanted))
    }
    /// Return the ids of the strings that are in `values`.
    fn strings_equal(&self, values: &Bound<'_, PyAny>) -> PyResult<Vec<u32>> {
        Ok(strings_equal(&self.0, &raws(values)?))
    }
    /// Return the ids of the strings that start with one of `prefixes`.
    fn strings_starting(&self, prefixes: &Bound<'_, PyAny>) -> PyResult<Vec<u32>> {
        Ok(strings_starting(&self.0, &raws(prefixes)?))
    }
    /// Return the distinct methods that load one of the strings `ids`, ascending.
    fn callers_loading(&self, ids: Vec<u32>) -> Vec<u32> {
        let mut callers: Vec<u32> = self.string_rows(ids).into_iter().map(|row| row.0).collect();
        callers.dedup();
        callers
    }
    /// Return the distinct pairs of a string of `ids` and the type id of a class that loads it, in the order of the loads.
    fn classes_loading(&self, ids: Vec<u32>) -> Vec<(u32, u32)> {
        let uses = &self.0.code.strings;
        let loads = rows(uses, &marks(ids.into_iter(), self.0.strings.len()));
        let pair = |row: u32| {
            let caller = *uses.caller.get(row as usize)?;
            Some((*uses.target.get(row as usize)?, *self.0.method_owner.get(caller as usize)?))
        };
        let mut seen = HashSet::new();
        loads.into_iter().filter_map(pair).filter(|pair| seen.insert(*pair)).collect()
    }
    /// Return for each of `needles` the ids of the strings that hold it, ascending.
    fn strings_with(&self, py: Python<'_>, needles: &Bound<'_, PyAny>) -> PyResult<Vec<Vec<u32>>> {
        let needles = raws(needles)?;
        Ok(py.detach(|| strings_with(&self.0, &needles)))
    }
    /// Return the ids of the strings with signs beyond ASCII, ascending.
    fn strings_beyond_ascii(&self) -> Vec<u32> {
        self.0.strings.foreign.clone()
    }
    /// Return offset and string id of each load in a method from the offset `first` to `last`.
    fn loads_in(&self, caller: u32, first: u32, last: u32) -> Vec<(u32, u32)> {
        let uses = &self.0.code.strings;
        let rows = uses.rows_of(caller);
        let skipped = uses.offset.get(rows.clone()).unwrap_or(&[]).partition_point(|&offset| offset < first);
        let loads = rows.skip(skipped).filter_map(|row| uses.row(row)).map(|(target, offset, _)| (offset, target));
        loads.take_while(|load| load.0 <= last).collect()
    }
    /// Return the ids of the strings that reach the arguments of a call.
    fn constants_reaching(&self, caller: u32, offset: u32) -> Vec<u32> {
        let mut kept = self.1.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.as_ref().is_none_or(|follower| follower.owner() != caller) {
            *kept = self.0.follower(caller);
        }
        kept.as_mut().map_or_else(Vec::new, |follower| self.0.constants_reaching(follower, offset))
    }
}

impl Dex {
    /// Return which methods are one of `members`.
    fn wanted_methods(&self, members: &Bound<'_, PyAny>) -> PyResult<Vec<bool>> {
        let names = raws(members)?;
        let names = names.iter().map(Vec::as_slice);
        Ok(search::members(&self.0, names, &self.0.method_owner, &self.0.method_name))
    }

    fn written<'py>(&self, py: Python<'py>, write: impl Fn(&Engine, &mut Vec<u8>)) -> PyResult<Bound<'py, PyString>> {
        let mut out = Vec::with_capacity(128);
        write(&self.0, &mut out);
        text(py, &out)
    }
}
