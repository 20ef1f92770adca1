//! All DEX files of an app together.

use super::dex::Dex;
use super::{raw, text};
use crate::program::Program as Engine;
use crate::reach::{self, via};
use hashbrown::HashMap;
use pyo3::prelude::*;
use pyo3::types::{PyAny, PyDict, PyString};
use std::sync::{Arc, OnceLock};

/// File, method id and how it was reached.
type Hop = (u32, u32, u8);

/// Classes and methods of all files as one.
#[pyclass(frozen)]
pub struct Program {
    engine: OnceLock<Arc<Engine>>,
    dexes: Vec<Arc<crate::dex::Dex>>,
    classes: Engine,
}

#[pymethods]
impl Program {
    #[new]
    fn new(py: Python<'_>, dexes: Vec<Py<Dex>>) -> Self {
        let dexes: Vec<_> = dexes.iter().map(|dex| Arc::clone(&dex.get().0)).collect();
        let classes = py.detach(|| Engine::classes(dexes.clone()));
        Self { engine: OnceLock::new(), dexes, classes }
    }

    /// Return the distinct descriptors of the defined classes, in no order.
    fn class_names<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyString>>> {
        self.defined().map(|number| text(py, self.classes.type_name(number))).collect()
    }

    /// Return how many classes each package has: what stands before the last slash of their descriptors.
    fn packages<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let mut counts: HashMap<&[u8], usize> = HashMap::new();
        for number in self.defined() {
            let name = self.classes.type_name(number);
            let end = memchr::memrchr(b'/', name).unwrap_or(0);
            *counts.entry(name.get(..end).unwrap_or(&[])).or_default() += 1;
        }
        let found = PyDict::new(py);
        for (package, count) in counts {
            found.set_item(text(py, package)?, count)?;
        }
        Ok(found)
    }

    /// Return which of the class descriptors `names` are defined.
    fn defined_of<'py>(&self, names: Vec<Bound<'py, PyAny>>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let numbers: hashbrown::HashSet<&[u8]> = self.defined().map(|number| self.classes.type_name(number)).collect();
        let mut found = Vec::new();
        for name in names {
            if numbers.contains(raw(&name)?.as_slice()) {
                found.push(name);
            }
        }
        Ok(found)
    }

    /// Return the classes of the app that stand below one of `bases`, each with the nearest of them.
    fn descendants<'py>(&self, py: Python<'py>, bases: Vec<Bound<'py, PyAny>>) -> PyResult<Bound<'py, PyDict>> {
        let mut wanted: HashMap<Vec<u8>, Bound<'py, PyAny>> = HashMap::new();
        for base in bases {
            wanted.insert(raw(&base)?, base);
        }
        let found = PyDict::new(py);
        for (class, base) in self.classes.descendants(|name| wanted.contains_key(name)) {
            if let Some(base) = wanted.get(self.classes.type_name(base)) {
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
            let engine = self.engine.get_or_init(|| Arc::new(Engine::new(self.dexes.clone())));
            Reach { found: reach::reach(engine, &entries, &numbers), program: Arc::clone(engine) }
        }))
    }
}

impl Program {
    fn defined(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.classes.names.len() as u32).filter(|&number| self.classes.class(number).is_some())
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

    /// Return the position of the entry and the hops from it to a method; None if there is no path.
    fn path(&self, dex: u32, method: u32) -> Option<(u32, Vec<Hop>)> {
        let (class, selector) = self.program.method_key(dex, method)?;
        let number = self.program.node_in(class, selector)?;
        self.program.nodes.get(number as usize).filter(|node| (node.dex, node.method) == (dex, method))?;
        let path = self.found.path(number);
        let entry = path.first()?.1.entry;
        let hop = |&(number, step): &(u32, reach::Step)| {
            let node = self.program.nodes.get(number as usize)?;
            Some((node.dex, node.method, step.via))
        };
        Some((entry, path.iter().filter_map(hop).collect()))
    }

    /// First number of the kinds of callbacks in a hop.
    #[classattr]
    const CALLBACK: u8 = via::CALLBACK;
}
