//! All DEX files of an app as one program: exact ids of types, selectors and methods across files, and the hierarchy.
//!
//! A type is a number by its descriptor, a selector a number by name and prototype; both are exact, not hashes, so that
//! no crafted collision can confuse two methods. Type and selector together are the 64-bit id of a method.

use crate::class_data::EncodedMethod;
use crate::counting::starts_of;
use crate::dex::Dex;
use crate::interner::Interner;
use crate::search::marks;
use crate::selectors::number_selectors;
use hashbrown::HashSet;
use std::sync::Arc;

/// No type, no method, no node.
pub const NONE: u32 = u32::MAX;

/// Bytes for each type, prototype and method in all tables and columns of a program together.
const ROW: usize = 96;

/// One class definition: of several of one type the first in load order counts, as on Android.
#[derive(Debug, Clone, Copy)]
pub struct Class {
    /// Number of its superclass, or `NONE`.
    pub superclass: u32,
    /// Where its interfaces, each once, start and end among those of all classes.
    interfaces: (u32, u32),
}

/// A method that a class of the app defines.
#[derive(Debug, Clone, Copy)]
pub struct Node {
    /// Position of the DEX file.
    pub dex: u32,
    /// Method id in it.
    pub method: u32,
    /// Number of its class.
    pub class: u32,
    /// Number of its selector.
    pub selector: u32,
    /// What kind of method it is.
    pub form: Form,
}

/// How a method comes to be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// By dispatch.
    Virtual,
    /// By its name alone.
    Direct,
    /// When its class is initialised.
    Initialiser,
    /// When an instance is made.
    Constructor,
}

/// The app's code as one.
#[derive(Default)]
pub struct Program {
    /// The files in load order.
    pub dexes: Vec<Arc<Dex>>,
    /// Global number of each type, by file and type id.
    pub types: Vec<Vec<u32>>,
    /// Global numbers of types by where each is named: file and type id.
    numbers: Arc<Interner<(u32, u32)>>,
    /// Global selector of each method, by file and method id.
    pub selectors: Vec<Vec<u32>>,
    /// Class definition by global type.
    pub classes: Vec<Option<Class>>,
    /// Numbers of the interfaces of one class after the other.
    interfaces: Vec<u32>,
    /// Defined methods in the order of file and method id.
    pub nodes: Vec<Node>,
    /// Selector and node of the methods of each class, one class after the other, sorted by selector.
    members: Vec<(u32, u32)>,
    /// Where the methods of each class start in `members`.
    members_start: Vec<u32>,
    /// Node of each method in `members`, by file and method id; `NONE` for all others.
    own_nodes: Vec<Vec<u32>>,
}

impl Program {
    /// Return this program with its methods numbered too.
    #[must_use]
    pub fn with_methods(&self) -> Self {
        let mut program = Self {
            dexes: self.dexes.clone(),
            types: self.types.clone(),
            numbers: Arc::clone(&self.numbers),
            classes: self.classes.clone(),
            interfaces: self.interfaces.clone(),
            ..Self::default()
        };
        program.selectors = number_selectors(&program.dexes, &program.types);
        program.define_methods();
        program
    }

    /// Return the bytes of memory that joining the files and searching them may take.
    #[must_use]
    pub fn room(dexes: &[Arc<Dex>]) -> usize {
        let rows = |dex: &Arc<Dex>| dex.types.len() + dex.prototypes.len() + dex.method_name.len() + dex.methods.len();
        ROW * dexes.iter().map(rows).sum::<usize>()
    }

    /// Number types and classes only: what the questions without a call graph need.
    #[must_use]
    pub fn classes(dexes: Vec<Arc<Dex>>) -> Self {
        let mut program = Self { dexes, ..Self::default() };
        program.number_types();
        program.define_classes();
        program
    }

    /// Return the number of types.
    #[must_use]
    pub fn type_count(&self) -> usize {
        self.numbers.keys.len()
    }

    /// Return the numbers of the types that the app defines.
    pub fn defined(&self) -> impl Iterator<Item = u32> + '_ {
        (0_u32..).zip(&self.classes).filter(|(_, class)| class.is_some()).map(|(number, _)| number)
    }

    /// Return the classes of the app below one of the types `bases`, each with the nearest of them.
    #[must_use]
    pub fn descendants(&self, bases: &[u32]) -> Vec<(u32, u32)> {
        const UNKNOWN: u32 = NONE - 1;
        let bases = marks(bases.iter().copied(), self.type_count());
        let mut nearest = vec![UNKNOWN; self.type_count()];
        let mut found = Vec::new();
        for class in self.defined() {
            // Up to a base, a class that is known, or the end; then all on the way know as well.
            let mut way = Vec::new();
            let mut each = class;
            let base = loop {
                match nearest.get_mut(each as usize) {
                    None => break NONE,
                    Some(known) if *known != UNKNOWN => break *known,
                    Some(_) if bases.get(each as usize) == Some(&true) => break each,
                    Some(slot) => *slot = NONE, // a chain that bites its tail ends here
                }
                way.push(each);
                each = self.class(each).map_or(NONE, |class| class.superclass);
            };
            for below in way {
                if let Some(slot) = nearest.get_mut(below as usize) {
                    *slot = base;
                }
            }
            if base != NONE && base != class {
                found.push((class, base));
            }
        }
        found
    }

    /// Return the descriptor of a global type.
    #[must_use]
    pub fn type_name(&self, number: u32) -> &[u8] {
        self.numbers.keys.get(number as usize).map_or(&[], |&place| descriptor(&self.dexes, place))
    }

    /// Return the global number of the type with the descriptor `name`.
    #[must_use]
    pub fn find(&self, name: &[u8]) -> Option<u32> {
        self.numbers.find(&name, |place| descriptor(&self.dexes, place))
    }

    /// Return the global number of the type `id` of file `dex`.
    #[inline]
    #[must_use]
    pub fn type_of(&self, dex: u32, id: u32) -> u32 {
        self.types.get(dex as usize).and_then(|types| types.get(id as usize)).copied().unwrap_or(NONE)
    }

    /// Return class and selector of the method `id` of file `dex`.
    #[inline]
    #[must_use]
    pub fn method_key(&self, dex: u32, id: u32) -> Option<(u32, u32)> {
        let owner = *self.dexes.get(dex as usize)?.method_owner.get(id as usize)?;
        Some((self.type_of(dex, owner), *self.selectors.get(dex as usize)?.get(id as usize)?))
    }

    /// Return the definition of a class of the app.
    #[inline]
    #[must_use]
    pub fn class(&self, number: u32) -> Option<&Class> {
        self.classes.get(number as usize)?.as_ref()
    }

    /// Return the interfaces that a class of the app names.
    #[inline]
    #[must_use]
    pub fn interfaces(&self, number: u32) -> &[u32] {
        let (first, last) = self.class(number).map_or((0, 0), |class| class.interfaces);
        self.interfaces.get(first as usize..last as usize).unwrap_or(&[])
    }

    /// Return the node of the method `id` of file `dex` if its class itself defines it: what `node_in` would find.
    #[inline]
    #[must_use]
    pub fn own_node(&self, dex: u32, id: u32) -> Option<u32> {
        let node = *self.own_nodes.get(dex as usize)?.get(id as usize)?;
        (node != NONE).then_some(node)
    }

    /// Return the node of a method that `class` itself defines.
    #[inline]
    #[must_use]
    pub fn node_in(&self, class: u32, selector: u32) -> Option<u32> {
        let members = self.members_of(class);
        let at = members.partition_point(|&(each, _)| each < selector);
        members.get(at).filter(|&&(each, _)| each == selector).map(|&(_, node)| node)
    }

    /// Return selector and node of the methods that `class` itself defines; of two definitions the first.
    #[inline]
    #[must_use]
    pub fn members_of(&self, class: u32) -> &[(u32, u32)] {
        let bound = |i: usize| self.members_start.get(i).copied().unwrap_or(0) as usize;
        self.members.get(bound(class as usize)..bound(class as usize + 1)).unwrap_or(&[])
    }

    fn number_types(&mut self) {
        let mut interner: Interner<(u32, u32)> =
            Interner::with_room(self.dexes.iter().map(|dex| dex.types.len()).sum());
        let dexes = &self.dexes;
        let text = |place| descriptor(dexes, place);
        self.types = (0_u32..)
            .zip(dexes)
            .map(|(at, dex)| (0..dex.types.len() as u32).map(|id| interner.number((at, id), text)).collect())
            .collect();
        self.numbers = Arc::new(interner);
    }

    fn define_classes(&mut self) {
        self.classes = vec![None; self.type_count()];
        for (dex, types) in self.dexes.iter().zip(&self.types) {
            let number = |id: u32| types.get(id as usize).copied().unwrap_or(NONE);
            for ((&class, &parent), interfaces) in
                dex.class_type.iter().zip(&dex.class_super).zip(dex.class_interfaces.iter())
            {
                let Some(slot) = self.classes.get_mut(number(class) as usize) else { continue };
                slot.get_or_insert_with(|| {
                    let first = self.interfaces.len() as u32;
                    extend_distinct(&mut self.interfaces, interfaces.iter().map(|&id| number(id)));
                    let interfaces = (first, self.interfaces.len() as u32);
                    Class { superclass: u32::try_from(parent).map_or(NONE, number), interfaces }
                });
            }
        }
    }

    fn define_methods(&mut self) {
        let defined = self.dexes.iter().map(|dex| dex.methods.len()).sum();
        let mut keyed: Vec<(u32, u32)> = Vec::with_capacity(defined);
        self.nodes.reserve_exact(defined);
        for (at, dex) in (0_u32..).zip(&self.dexes) {
            let mut forms: Vec<Option<Form>> = vec![None; dex.method_name.len()];
            // Strings are distinct, so that names need not be read.
            let (initialiser, constructor) = (dex.find_string(b"<clinit>"), dex.find_string(b"<init>"));
            let form_of = |method: EncodedMethod| match dex.method_name.get(method.method as usize).copied() {
                _ if method.is_virtual => Form::Virtual,
                name if name == initialiser && name.is_some() => Form::Initialiser,
                name if name == constructor && name.is_some() => Form::Constructor,
                _ => Form::Direct,
            };
            for each in &dex.methods {
                if let Some(slot) = forms.get_mut(each.method as usize) {
                    slot.get_or_insert_with(|| form_of(*each));
                }
            }
            for (method, form) in (0_u32..).zip(forms) {
                let Some(form) = form else { continue };
                let Some((class, selector)) = self.method_key(at, method) else { continue };
                if self.class(class).is_some() {
                    keyed.push((class, self.nodes.len() as u32));
                    self.nodes.push(Node { dex: at, method, class, selector, form });
                }
            }
        }
        self.group(&keyed);
    }

    /// Group the nodes, each given behind its class and in their order, by class; of two definitions the first stays.
    fn group(&mut self, keyed: &[(u32, u32)]) {
        let mut lists = vec![(0_u32, 0_u32); keyed.len()];
        let starts = starts_of(keyed.iter().map(|each| each.0), self.type_count());
        let mut next = starts.clone();
        for &(class, node) in keyed {
            let selector = self.nodes.get(node as usize).map_or(NONE, |node| node.selector);
            let Some(at) = next.get_mut(class as usize) else { continue };
            if let Some(slot) = lists.get_mut(*at as usize) {
                *slot = (selector, node);
            }
            *at += 1;
        }
        self.members.reserve_exact(keyed.len());
        self.members_start.reserve_exact(starts.len());
        self.members_start.push(0);
        for bounds in starts.windows(2) {
            let &[first, last] = bounds else { continue };
            if let Some(list) = lists.get_mut(first as usize..last as usize) {
                list.sort_unstable();
                let kept = self.members.len();
                for &(selector, node) in list.iter() {
                    if self.members.len() == kept || self.members.last().is_some_and(|each| each.0 != selector) {
                        self.members.push((selector, node));
                    }
                }
            }
            self.members_start.push(self.members.len() as u32);
        }
        self.own_nodes = self.dexes.iter().map(|dex| vec![NONE; dex.method_name.len()]).collect();
        for &(_, node) in &self.members {
            let Some(at) = self.nodes.get(node as usize) else { continue };
            if let Some(slot) = self.own_nodes.get_mut(at.dex as usize).and_then(|of| of.get_mut(at.method as usize)) {
                *slot = node;
            }
        }
    }
}

/// Return the descriptor of a type by file and type id.
fn descriptor(dexes: &[Arc<Dex>], (dex, id): (u32, u32)) -> &[u8] {
    dexes.get(dex as usize).map_or(&[], |dex| dex.type_name(id))
}

/// Append the numbers without doubles, in their order.
fn extend_distinct(list: &mut Vec<u32>, numbers: impl ExactSizeIterator<Item = u32>) {
    if numbers.len() < 2 {
        list.extend(numbers);
        return;
    }
    let mut seen = HashSet::with_capacity(numbers.len());
    list.extend(numbers.filter(|&number| seen.insert(number)));
}
