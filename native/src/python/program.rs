//! All DEX files of an app together.

use super::dex::Dex;
use super::{raw, text};
use crate::bytes::has_room;
use crate::program::Program as Engine;
use crate::reach::{self, via};
use hashbrown::HashMap;
use pyo3::exceptions::PyMemoryError;
use pyo3::prelude::*;
use pyo3::types::{PyAny, PyDict, PyString};
use std::sync::{Arc, OnceLock};

/// A method and how it was reached.
type Hop<'py> = (Bound<'py, PyString>, u8);
/// Position of the entry, and the hops from it.
type Path<'py> = (u32, Vec<Hop<'py>>);

/// Classes and methods of all files as one.
#[pyclass(frozen)]
pub struct Program {
    engine: OnceLock<Arc<Engine>>,
    classes: Engine,
}

#[pymethods]
impl Program {
    #[new]
    fn new(py: Python<'_>, dexes: Vec<Py<Dex>>) -> PyResult<Self> {
        let dexes: Vec<_> = dexes.iter().map(|dex| Arc::clone(&dex.get().0)).collect();
        if !has_room(Engine::room(&dexes)) {
            return Err(PyMemoryError::new_err("There is no room to join the files."));
        }
        let classes = py.detach(|| Engine::classes(dexes));
        Ok(Self { engine: OnceLock::new(), classes })
    }

    /// Return the distinct descriptors of the defined classes, in no order.
    fn class_names<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyString>>> {
        self.classes.defined().map(|number| text(py, self.classes.type_name(number))).collect()
    }

    /// Return how many classes each package has: what stands before the last slash of their descriptors.
    fn packages<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let mut counts: HashMap<&[u8], usize> = HashMap::new();
        // Classes of one package mostly stand together.
        let mut run: (&[u8], usize) = (&[], 0);
        for number in self.classes.defined() {
            let name = self.classes.type_name(number);
            let package = name.get(..memchr::memrchr(b'/', name).unwrap_or(0)).unwrap_or(&[]);
            if package != run.0 {
                *counts.entry(run.0).or_default() += run.1;
                run = (package, 0);
            }
            run.1 += 1;
        }
        *counts.entry(run.0).or_default() += run.1;
        counts.retain(|_, count| *count > 0);
        let found = PyDict::new(py);
        for (package, count) in counts {
            found.set_item(text(py, package)?, count)?;
        }
        Ok(found)
    }

    /// Return which of the class descriptors `names` are defined.
    fn defined_of<'py>(&self, names: Vec<Bound<'py, PyAny>>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let mut found = Vec::new();
        for name in names {
            let number = self.classes.find(&raw(&name)?);
            if number.is_some_and(|number| self.classes.class(number).is_some()) {
                found.push(name);
            }
        }
        Ok(found)
    }

    /// Return the classes of the app that stand below one of `bases`, each with the nearest of them.
    fn descendants<'py>(&self, py: Python<'py>, bases: Vec<Bound<'py, PyAny>>) -> PyResult<Bound<'py, PyDict>> {
        let mut wanted: HashMap<u32, Bound<'py, PyAny>> = HashMap::new();
        for base in bases {
            if let Some(number) = self.classes.find(&raw(&base)?) {
                wanted.insert(number, base);
            }
        }
        let found = PyDict::new(py);
        for (class, base) in self.classes.descendants(&wanted.keys().copied().collect::<Vec<_>>()) {
            if let Some(base) = wanted.get(&base) {
                found.set_item(text(py, self.classes.type_name(class))?, base)?;
            }
        }
        Ok(found)
    }

    /// Search from the classes `entries`; `kinds` numbers callbacks by type descriptor.
    fn reach(&self, py: Python<'_>, entries: &Bound<'_, PyAny>, kinds: &Bound<'_, PyDict>) -> PyResult<Reach> {
        let entries = super::raws(entries)?;
        let mut numbers = HashMap::new();
        for (name, kind) in kinds {
            numbers.insert(raw(&name)?, kind.extract::<u8>()?);
        }
        Ok(py.detach(|| {
            let engine = self.engine.get_or_init(|| Arc::new(self.classes.with_methods()));
            Reach { found: reach::reach(engine, &entries, &numbers), program: Arc::clone(engine) }
        }))
    }
}

/// What can be reached.
#[pyclass(frozen)]
pub struct Reach {
    program: Arc<Engine>,
    found: reach::Reach,
}

#[pymethods]
impl Reach {
    /// Methods of the app, those that can be reached, and whether everything was followed.
    #[getter]
    fn summary(&self) -> (usize, usize, bool) {
        (self.program.nodes.len(), self.found.reached, self.found.complete)
    }

    /// Return for each of `methods` the position of the entry and the hops from it; None where there is no path.
    fn paths<'py>(&self, py: Python<'py>, methods: &Bound<'_, PyAny>) -> PyResult<Vec<Option<Path<'py>>>> {
        let methods = super::raws(methods)?;
        // Paths share their first methods, and with them their names.
        let mut names: HashMap<u32, Bound<'py, PyString>> = HashMap::new();
        methods.iter().map(|method| self.path(py, method, &mut names)).collect()
    }

    /// First number of the kinds of callbacks in a hop.
    #[classattr]
    const CALLBACK: u8 = via::CALLBACK;
}

impl Reach {
    fn path<'py>(
        &self,
        py: Python<'py>,
        method: &[u8],
        names: &mut HashMap<u32, Bound<'py, PyString>>,
    ) -> PyResult<Option<Path<'py>>> {
        let class = self.program.find(owner(method));
        let members = class.map_or(&[][..], |class| self.program.members_of(class));
        let bare = method.get(owner(method).len() + 2..).unwrap_or(&[]);
        let means = |node: u32| bare.starts_with(self.bare_name(node)) && self.name(node) == method;
        let Some(&(_, number)) = members.iter().find(|&&(_, node)| means(node)) else { return Ok(None) };
        let path = self.found.path(number);
        let Some(entry) = path.first().map(|(_, step)| step.entry) else { return Ok(None) };
        let mut hops = Vec::with_capacity(path.len());
        for &(node, step) in &path {
            let name = match names.get(&node) {
                Some(name) => name.clone(),
                None => names.entry(node).insert(text(py, &self.name(node))?).get().clone(),
            };
            hops.push((name, step.via));
        }
        Ok(Some((entry, hops)))
    }

    /// Return a method as `name`.
    fn bare_name(&self, node: u32) -> &[u8] {
        let name = self.program.nodes.get(node as usize).and_then(|node| {
            let dex = self.program.dexes.get(node.dex as usize)?;
            Some(dex.string(*dex.method_name.get(node.method as usize)?))
        });
        name.unwrap_or(&[])
    }

    /// Return a method as `Lcls;->name(params)ret`.
    fn name(&self, node: u32) -> Vec<u8> {
        let mut name = Vec::new();
        let node = self.program.nodes.get(node as usize);
        if let Some((node, dex)) = node.and_then(|node| Some((node, self.program.dexes.get(node.dex as usize)?))) {
            dex.write_method(node.method, &mut name);
        }
        name
    }
}

/// Return the class of a method, as both stand in its name.
fn owner(method: &[u8]) -> &[u8] {
    method.get(..memchr::memmem::find(method, b"->").unwrap_or(method.len())).unwrap_or(&[])
}
