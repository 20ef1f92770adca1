//! What Python sees of the engine. Text crosses as `str`, with lone surrogates where the app has them.

mod archive;
mod column;
mod dex;
mod program;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

pyo3::create_exception!(apkfarm_native, NativeDexError, PyValueError);

/// Return WTF-8 as a Python string.
fn text<'py>(py: Python<'py>, raw: &[u8]) -> PyResult<Bound<'py, PyString>> {
    match std::str::from_utf8(raw) {
        Ok(text) => Ok(PyString::new(py, text)),
        Err(_) => PyString::from_encoded_object(&PyBytes::new(py, raw), Some(c"utf-8"), Some(c"surrogatepass")),
    }
}

/// Return a Python string as WTF-8.
fn raw(value: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    if let Ok(text) = value.extract::<&str>() {
        return Ok(text.as_bytes().to_vec());
    }
    value.call_method1("encode", ("utf-8", "surrogatepass"))?.extract()
}

/// Return each string of a Python iterable as WTF-8.
fn raws(values: &Bound<'_, PyAny>) -> PyResult<Vec<Vec<u8>>> {
    values.try_iter()?.map(|value| raw(&value?)).collect()
}

/// The native engine of apkfarm's static suite; see `workers/static/readers/native.py`.
#[pymodule]
fn apkfarm_native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add("NativeDexError", module.py().get_type::<NativeDexError>())?;
    module.add_class::<column::Column>()?;
    module.add_class::<archive::Entry>()?;
    module.add_class::<dex::Dex>()?;
    module.add_class::<program::Program>()?;
    module.add_class::<program::Reach>()?;
    module.add_function(wrap_pyfunction!(archive::read_entries, module)?)?;
    module.add_function(wrap_pyfunction!(archive::inflate, module)?)?;
    module.add_function(wrap_pyfunction!(archive::copy, module)?)?;
    module.add_function(wrap_pyfunction!(archive::heads, module)?)?;
    module.add_function(wrap_pyfunction!(archive::stands_in, module)?)?;
    module.add_function(wrap_pyfunction!(archive::adler32, module)?)?;
    module.add_function(wrap_pyfunction!(dex::header_offsets, module)?)?;
    module.add_function(wrap_pyfunction!(dex::read_dex, module)?)?;
    Ok(())
}
