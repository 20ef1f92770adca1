//! Zip: entries, members, first bytes.

use super::column::{Column, Owner};
use crate::bytes::clip;
use crate::head::inflate_head;
use crate::{inflate as engine, search, zip};
use hashbrown::HashMap;
use libdeflater::Adler32;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};
use std::sync::Arc;

/// One entry as the central directory tells it; every figure may be a lie.
#[pyclass(frozen)]
pub struct Entry {
    name: Py<PyString>,
    /// The extension in small letters, with its dot; entries share it.
    suffix: Py<PyString>,
    entry: zip::Entry,
    header_offset: i64,
}

#[pymethods]
impl Entry {
    #[getter]
    fn name(&self, py: Python<'_>) -> Py<PyString> {
        self.name.clone_ref(py)
    }
    #[getter]
    fn suffix(&self, py: Python<'_>) -> Py<PyString> {
        self.suffix.clone_ref(py)
    }
    #[getter]
    fn method(&self) -> u16 {
        self.entry.method
    }
    #[getter]
    fn flags(&self) -> u16 {
        self.entry.flags
    }
    #[getter]
    fn compressed_size(&self) -> u64 {
        self.entry.compressed_size
    }
    #[getter]
    fn size(&self) -> u64 {
        self.entry.size
    }
    #[getter]
    fn crc32(&self) -> u32 {
        self.entry.crc32
    }
    #[getter]
    fn header_offset(&self) -> i64 {
        self.header_offset
    }
    fn __repr__(&self) -> String {
        format!("Entry({:?} at {})", String::from_utf8_lossy(&self.entry.name), self.header_offset)
    }
}

/// Return the entries from `start` until they stop making sense, where that is, and whether there are more than `most`.
#[pyfunction]
pub fn read_entries(
    py: Python<'_>,
    data: &[u8],
    start: usize,
    stop: usize,
    shift: i64,
    most: usize,
) -> PyResult<(Vec<Entry>, usize, bool)> {
    let found = zip::read_entries(data, start, stop, most);
    let mut suffixes: HashMap<Vec<u8>, Py<PyString>> = HashMap::new();
    let mut entry = |entry: zip::Entry| {
        let name = if let Ok(name) = std::str::from_utf8(&entry.name) {
            PyString::new(py, name)
        } else {
            let raw = PyBytes::new(py, &entry.name);
            PyString::from_encoded_object(&raw, Some(c"utf-8"), Some(c"backslashreplace"))?
        };
        let raw = entry.name.get(memchr::memrchr(b'.', &entry.name).unwrap_or(entry.name.len())..).unwrap_or(&[]);
        let suffix = match suffixes.get(raw) {
            Some(suffix) => suffix.clone_ref(py),
            None => {
                let name = name.to_str()?;
                let suffix = name.get(name.rfind('.').unwrap_or(name.len())..).unwrap_or("").to_lowercase();
                suffixes.entry(raw.to_vec()).insert(PyString::new(py, &suffix).unbind()).get().clone_ref(py)
            }
        };
        let header_offset = i64::try_from(entry.header_offset).unwrap_or(i64::MAX).saturating_add(shift);
        Ok(Entry { name: name.unbind(), suffix, header_offset, entry })
    };
    let entries = found.entries.into_iter().map(&mut entry).collect::<PyResult<Vec<Entry>>>()?;
    Ok((entries, found.stop, found.too_many))
}

/// Return the inflated bytes of the `packed` bytes from `start` and their CRC-32, if they are exactly `size`; else None.
#[pyfunction]
pub fn inflate(py: Python<'_>, data: &[u8], start: usize, packed: usize, size: usize) -> Option<(Column, u32)> {
    let content = py.detach(|| {
        let content = engine::inflate_exactly(clip(data, start, packed), size)?;
        let crc = engine::crc32(&content);
        Some((content, crc))
    });
    content.map(|(content, crc)| (Column(Owner::Bytes(Arc::new(content))), crc))
}

/// Return `size` bytes from `start`, and their CRC-32.
#[pyfunction]
pub fn copy(py: Python<'_>, data: &[u8], start: usize, size: usize) -> (Column, u32) {
    let (content, crc) = py.detach(|| {
        let content = clip(data, start, size).to_vec();
        let crc = engine::crc32(&content);
        (content, crc)
    });
    (Column(Owner::Bytes(Arc::new(content))), crc)
}

/// Return the first `size` bytes of each member, from `data`, which starts at `base` in a file of `total` bytes.
///
/// None where its local header disagrees, its stream breaks, or too little of it is in `data`; nothing for a member
/// whose first byte is none of `firsts`.
#[pyfunction]
pub fn heads<'py>(
    py: Python<'py>,
    data: &[u8],
    base: usize,
    total: usize,
    entries: Vec<PyRef<'py, Entry>>,
    size: usize,
    firsts: &[u8],
) -> Vec<Option<Bound<'py, PyBytes>>> {
    let after = total.saturating_sub(base).saturating_sub(data.len());
    let head = |entry: &PyRef<'py, Entry>| {
        let at = usize::try_from(entry.header_offset).ok()?.checked_sub(base)?;
        let packed = zip::member_start(data, &entry.entry, at, after)?;
        if entry.entry.method == zip::DEFLATED {
            // One byte more: zlib, too, has looked at what comes next when it stops, and refuses it where it makes no sense.
            let head = inflate_head(packed, size + 1, Some(firsts))?;
            return if head.is_empty() { Some(head) } else { head.get(..size).map(<[u8]>::to_vec) };
        }
        let wanted = if firsts.contains(packed.first()?) { u64::try_from(size).ok()? } else { 0 };
        packed.get(..usize::try_from(wanted.min(entry.entry.compressed_size)).ok()?).map(<[u8]>::to_vec)
    };
    entries.iter().map(head).map(|head| head.map(|head| PyBytes::new(py, &head))).collect()
}

/// Return for each of `needles` whether it stands in `content`; with `fold` capitals of ASCII count as small letters.
#[pyfunction]
pub fn stands_in(py: Python<'_>, content: &[u8], needles: Vec<Vec<u8>>, fold: bool) -> Vec<bool> {
    py.detach(|| search::stands_in(content, &needles, fold))
}

/// Return the Adler-32 of a part of a column.
#[pyfunction]
pub fn adler32(py: Python<'_>, column: &Column, start: usize, end: usize) -> u32 {
    let part = column.bytes().and_then(|bytes| bytes.get(start..end)).unwrap_or(&[]);
    py.detach(|| {
        let mut adler = Adler32::new();
        adler.update(part);
        adler.sum()
    })
}
