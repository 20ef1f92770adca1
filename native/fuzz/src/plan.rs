//! A plan of an app's code, and what can be reached in it by the plainest means: sets, and looking at everything.
//!
//! Written from the rules in `docs/reference/facts.md`, without any of the engine's indices.

use crate::writer::{Class, Method, NAMED, NAMES, OBJECT, OWN, SELECTORS};
use arbitrary::Arbitrary;
use std::collections::{BTreeMap, BTreeSet};

const CLASSES_MAX: usize = 10;
const CODE_MAX: usize = 12;
const INVOKES: [u8; 10] = [0x6E, 0x6F, 0x70, 0x71, 0x72, 0x74, 0x75, 0x76, 0x77, 0x78];

/// A class of one file, as chance makes it.
#[derive(Debug, Arbitrary)]
pub struct ClassPlan {
    name: u8,
    parent: Option<u8>,
    interfaces: Vec<u8>,
    methods: Vec<(u8, bool, Vec<Step>)>,
}

/// One instruction.
#[derive(Debug, Clone, Copy, Arbitrary)]
pub enum Step {
    /// An invoke of a method.
    Call(u8, u8, u8),
    /// new-instance.
    New(u8),
    /// const-class.
    Name(u8),
    /// sget.
    StaticGet(u8),
    /// const-string.
    Text(u8),
    /// A payload that must be jumped over; its content looks like calls.
    Payload(u8),
}

/// A class and a method of it.
pub type Key = (u8, u8);

/// The classes of one file, without doubles, and the steps of their methods.
pub type File = Vec<(Class, Vec<Vec<Step>>)>;

/// Return a file as it can be written.
#[must_use]
pub fn file(plans: &[ClassPlan]) -> File {
    let mut names = BTreeSet::new();
    let classes = plans.iter().take(CLASSES_MAX).filter(|plan| names.insert(plan.name % OWN));
    classes.map(class).collect()
}

fn class(plan: &ClassPlan) -> (Class, Vec<Vec<Step>>) {
    let mut methods: BTreeMap<u8, (bool, Vec<Step>)> = BTreeMap::new();
    for (selector, is_virtual, steps) in &plan.methods {
        let steps = steps.iter().take(CODE_MAX).copied().collect();
        methods.entry(selector % SELECTORS).or_insert((*is_virtual, steps));
    }
    let written = methods.iter().map(|(&selector, (is_virtual, steps))| Method {
        selector,
        is_virtual: *is_virtual,
        code: steps.iter().flat_map(|&step| units(step)).chain([0x0E]).collect(),
    });
    let class = Class {
        name: plan.name % OWN,
        parent: plan.parent.map(|each| each % NAMED),
        interfaces: plan.interfaces.iter().take(4).map(|each| each % NAMED).collect(),
        methods: written.collect(),
    };
    (class, methods.into_values().map(|(_, steps)| steps).collect())
}

/// Return the code units of a step.
fn units(step: Step) -> Vec<u16> {
    match step {
        Step::Call(..) => {
            let (opcode, key) = called(step).unwrap_or_default();
            vec![u16::from(opcode), crate::writer::method_id(key.0, key.1), 0]
        }
        Step::New(class) => vec![0x22, u16::from(class % NAMED)],
        Step::Name(class) => vec![0x1C, u16::from(class % NAMED)],
        Step::StaticGet(class) => vec![0x60, u16::from(class % NAMED)],
        Step::Text(text) => vec![0x1A, u16::from(text % SELECTORS)],
        Step::Payload(count) => {
            let count = u16::from(count % 4);
            [vec![0x0100, count, 0, 0], vec![0x106E; 2 * usize::from(count)]].concat()
        }
    }
}

/// Return opcode and method of a call.
#[must_use]
pub fn called(step: Step) -> Option<(u8, Key)> {
    let Step::Call(opcode, class, selector) = step else { return None };
    Some((INVOKES[usize::from(opcode) % INVOKES.len()], (class % NAMED, selector % SELECTORS)))
}

/// Return how many code units a step has.
#[must_use]
pub fn length(step: Step) -> u32 {
    units(step).len() as u32
}

/// The app as a model: of two definitions the first.
pub struct Model<'a> {
    classes: BTreeMap<u8, &'a Class>,
    methods: BTreeMap<Key, (bool, &'a [Step])>,
    depth: BTreeMap<Key, usize>,
    level: usize,
}

impl<'a> Model<'a> {
    /// Take the files in load order.
    #[must_use]
    pub fn new(files: &'a [File]) -> Self {
        let (mut classes, mut methods) = (BTreeMap::new(), BTreeMap::new());
        for (class, steps) in files.iter().flatten() {
            classes.entry(class.name).or_insert(class);
            for (method, steps) in class.methods.iter().zip(steps) {
                methods.entry((class.name, method.selector)).or_insert((method.is_virtual, steps.as_slice()));
            }
        }
        Self { classes, methods, depth: BTreeMap::new(), level: 0 }
    }

    /// Return the methods that can be reached from `entries`, each with the steps of its shortest path.
    #[must_use]
    pub fn reached(mut self, entries: &[u8]) -> BTreeMap<Key, usize> {
        for &entry in entries {
            if !self.classes.contains_key(&entry) {
                continue;
            }
            self.own(entry, "<init>");
            for each in self.chain(entry) {
                self.own(each, "<clinit>");
                self.exposed(each);
            }
        }
        loop {
            let now: Vec<Key> = self.depth.iter().filter(|(_, &at)| at == self.level).map(|(&key, _)| key).collect();
            self.level += 1;
            for key in &now {
                let steps = self.methods.get(key).map_or(&[][..], |method| method.1);
                steps.iter().for_each(|&step| self.follow(step));
            }
            if now.is_empty() {
                return self.depth;
            }
        }
    }

    fn visit(&mut self, key: Key) {
        self.depth.entry(key).or_insert(self.level);
    }

    fn follow(&mut self, step: Step) {
        match step {
            Step::Call(..) => self.call(step),
            Step::New(class) => self.instantiate(class % NAMED),
            Step::Name(class) => {
                self.own(class % NAMED, "<init>");
                self.instantiate(class % NAMED);
            }
            Step::StaticGet(class) => self.own(class % NAMED, "<clinit>"),
            Step::Text(_) | Step::Payload(_) => {}
        }
    }

    fn call(&mut self, step: Step) {
        let Some((opcode, (class, selector))) = called(step) else { return };
        if matches!(opcode, 0x6E | 0x72 | 0x74 | 0x78) {
            if class != OBJECT {
                self.dispatch(class, selector).into_iter().for_each(|key| self.visit(key));
            }
            return;
        }
        if let Some(key) = self.resolve(class, selector) {
            self.visit(key);
        }
        if matches!(opcode, 0x71 | 0x77) {
            self.own(class, "<clinit>");
        }
    }

    /// Methods of that name which `class` itself defines outside the virtual list, if it is a class of the app.
    fn own(&mut self, class: u8, name: &str) {
        let found: Vec<Key> =
            self.of(class).filter(|&(key, is_virtual)| !is_virtual && named(key) == name).map(|each| each.0).collect();
        found.into_iter().for_each(|key| self.visit(key));
    }

    fn exposed(&mut self, class: u8) {
        let found: Vec<Key> = self.of(class).filter(|each| each.1).map(|each| each.0).collect();
        found.into_iter().for_each(|key| self.visit(key));
    }

    fn of(&self, class: u8) -> impl Iterator<Item = (Key, bool)> + '_ {
        self.methods.iter().filter(move |(key, _)| key.0 == class).map(|(&key, method)| (key, method.0))
    }

    fn instantiate(&mut self, class: u8) {
        if !self.classes.contains_key(&class) {
            return;
        }
        let called_back = self.ancestors(class).iter().any(|each| *each != OBJECT && !self.classes.contains_key(each));
        for each in self.chain(class) {
            self.own(each, "<clinit>");
            if called_back {
                self.exposed(each);
            }
        }
    }

    /// The superclass; none for a class that is its own ancestor.
    fn parent(&self, class: u8) -> Option<u8> {
        let told = |each: u8| self.classes.get(&each).and_then(|class| class.parent);
        let above = std::iter::successors(told(class), |&each| told(each)).take(2 * usize::from(NAMED));
        if above.clone().any(|each| each == class) {
            return None;
        }
        told(class)
    }

    /// The class and those above it, as far as the app defines them.
    fn chain(&self, class: u8) -> Vec<u8> {
        let all = std::iter::successors(Some(class), |&each| self.parent(each));
        all.take_while(|each| self.classes.contains_key(each)).collect()
    }

    /// Superclasses and interfaces, theirs, and the class itself. What only Object leads to is nothing.
    fn ancestors(&self, class: u8) -> BTreeSet<u8> {
        self.closure([class], |model, each| {
            if each == OBJECT {
                return Vec::new();
            }
            let interfaces = model.classes.get(&each).map_or(&[][..], |class| &class.interfaces);
            model.parent(each).into_iter().chain(interfaces.iter().copied()).collect()
        })
    }

    fn closure(&self, from: impl IntoIterator<Item = u8>, next: impl Fn(&Self, u8) -> Vec<u8>) -> BTreeSet<u8> {
        let mut seen: BTreeSet<u8> = BTreeSet::new();
        let mut queue: Vec<u8> = from.into_iter().collect();
        while let Some(each) = queue.pop() {
            if seen.insert(each) {
                queue.extend(next(self, each));
            }
        }
        seen
    }

    fn resolve(&self, class: u8, selector: u8) -> Option<Key> {
        self.chain(class).into_iter().map(|each| (each, selector)).find(|key| self.methods.contains_key(key))
    }

    /// What a call that is dispatched may mean.
    fn dispatch(&self, class: u8, selector: u8) -> BTreeSet<Key> {
        let implementers = |model: &Self, each: u8| {
            model.classes.values().filter(|class| class.interfaces.contains(&each)).map(|class| class.name).collect()
        };
        let mut found = BTreeSet::new();
        for each in self.closure([class], implementers) {
            let below = |name: u8| std::iter::successors(Some(name), |&at| self.parent(at)).any(|at| at == each);
            let is_virtual = |key: &Key| self.methods.get(key).is_some_and(|method| method.0);
            found.extend(
                self.classes.keys().filter(|&&name| below(name)).map(|&name| (name, selector)).filter(is_virtual),
            );
            match self.resolve(each, selector) {
                Some(key) => {
                    found.insert(key);
                }
                None => found.extend(self.from_interfaces(each, selector)),
            }
        }
        found
    }

    fn from_interfaces(&self, class: u8, selector: u8) -> Vec<Key> {
        let of = |model: &Self, each: u8| model.classes.get(&each).map_or(Vec::new(), |class| class.interfaces.clone());
        let first: Vec<u8> = self.chain(class).into_iter().flat_map(|each| of(self, each)).collect();
        let all = self.closure(first, of).into_iter().map(|each| (each, selector));
        all.filter(|key| self.methods.contains_key(key)).collect()
    }
}

fn named(key: Key) -> &'static str {
    NAMES[usize::from(key.1 / 2)]
}
