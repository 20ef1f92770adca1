//! Bytes and columns of the engine as Python buffers, without a copy.

use crate::dex::Dex;
use pyo3::exceptions::PyBufferError;
use pyo3::ffi;
use pyo3::prelude::*;
use std::os::raw::c_int;
use std::sync::Arc;

/// Numbers as they lie in memory.
pub enum Raw<'a> {
    /// Octets.
    Bytes(&'a [u8]),
    /// 32 bits each.
    Words(&'a [u32]),
    /// 64 bits each, signed.
    Longs(&'a [i64]),
}

/// Who owns the memory. It is never written to again, and lives as long as the column.
pub enum Owner {
    /// Inflated bytes.
    Bytes(Arc<Vec<u8>>),
    /// A column of a DEX file.
    Dex(Arc<Dex>, fn(&Dex) -> Raw<'_>),
}

/// Read-only memory of the engine: `memoryview(column)`, `numpy.frombuffer(column, ...)`.
#[pyclass(frozen)]
pub struct Column(pub Owner);

impl Column {
    /// Return the bytes, if they are whole bytes of a member.
    pub fn bytes(&self) -> Option<&Arc<Vec<u8>>> {
        match &self.0 {
            Owner::Bytes(bytes) => Some(bytes),
            Owner::Dex(..) => None,
        }
    }

    fn memory(&self) -> (*const u8, usize) {
        let raw = match &self.0 {
            Owner::Bytes(bytes) => Raw::Bytes(bytes),
            Owner::Dex(dex, pick) => pick(dex),
        };
        match raw {
            Raw::Bytes(each) => (each.as_ptr(), each.len()),
            Raw::Words(each) => (each.as_ptr().cast(), size_of_val(each)),
            Raw::Longs(each) => (each.as_ptr().cast(), size_of_val(each)),
        }
    }
}

#[pymethods]
impl Column {
    fn __len__(&self) -> usize {
        self.memory().1
    }

    // The buffer protocol is C: PyO3 has no safe form of it. The memory belongs to an `Arc` that this object keeps, is
    // never written to, and is handed out read-only; the view keeps this object alive.
    #[allow(unsafe_code)]
    unsafe fn __getbuffer__(slf: Bound<'_, Self>, view: *mut ffi::Py_buffer, flags: c_int) -> PyResult<()> {
        if view.is_null() {
            return Err(PyBufferError::new_err("There is no view to fill."));
        }
        let (start, size) = slf.get().memory();
        let size = size as ffi::Py_ssize_t;
        if unsafe { ffi::PyBuffer_FillInfo(view, slf.as_ptr(), start.cast_mut().cast(), size, 1, flags) } == 0 {
            return Ok(());
        }
        Err(PyErr::fetch(slf.py()))
    }
}
