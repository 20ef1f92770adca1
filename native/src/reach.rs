//! Which methods can be reached from where the system enters the app, each by one shortest path.
//!
//! Breadth first over whole levels in the order of nodes: of several shortest paths each method keeps the one whose
//! last step comes from the lowest node, so the result does not depend on any order of hashing.

use crate::counting::starts_of;
use crate::dispatch::Hierarchy;
use crate::opcodes::CONST_CLASS;
use crate::program::{Form, Program, NONE};
use crate::sweep::Uses;
use hashbrown::HashMap;

/// How a method was reached from the one before it.
pub mod via {
    /// The system enters here.
    pub const ENTRY: u8 = 0;
    /// It is called.
    pub const CALL: u8 = 1;
    /// Its class is initialised.
    pub const INITIALISER: u8 = 2;
    /// Its class is instantiated and the platform calls it back: the kind of callback plus this.
    pub const CALLBACK: u8 = 3;
}

const VIRTUAL: u8 = 1;
const DIRECT: u8 = 2;
const STATIC: u8 = 4;

/// What is known of one method.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// The node before it, or `NONE` at an entry.
    pub parent: u32,
    /// Position of the entry in the list of entries.
    pub entry: u32,
    /// How it was reached, see [`via`]; kinds of callbacks count from `via::CALLBACK`.
    pub via: u8,
}

/// What can be reached.
#[derive(Debug, Default)]
pub struct Reach {
    /// By node; `None` where no path was found.
    pub steps: Vec<Option<Step>>,
    /// Methods that can be reached.
    pub reached: usize,
    /// Whether everything was followed.
    pub complete: bool,
}

/// Search the program from `entries` (class descriptors); `kinds` numbers callbacks by the type outside the app.
#[must_use]
pub fn reach(program: &Program, entries: &[Vec<u8>], kinds: &HashMap<Vec<u8>, u8>) -> Reach {
    let mut search = Search::new(program, kinds);
    for (number, name) in (0_u32..).zip(entries) {
        if let Some(class) = program.find(name).filter(|&class| program.class(class).is_some()) {
            search.enter(class, number);
        }
    }
    while !search.next.is_empty() {
        let mut level = std::mem::take(&mut search.next);
        level.sort_unstable();
        for node in level {
            search.expand(node);
        }
    }
    let reached = search.steps.iter().filter(|step| step.is_some()).count();
    Reach { steps: search.steps, reached, complete: search.hierarchy.is_complete() }
}

impl Reach {
    /// Return the nodes from the entry to `node`, or nothing if there is no path.
    #[must_use]
    pub fn path(&self, node: u32) -> Vec<(u32, Step)> {
        let step = |node: u32| self.steps.get(node as usize).copied().flatten().map(|step| (node, step));
        let mut path: Vec<(u32, Step)> = std::iter::successors(step(node), |(_, at)| step(at.parent)).collect();
        path.reverse();
        path
    }
}

/// Where the rows of each caller start in a column.
struct Starts(Vec<u32>);

impl Starts {
    fn new(uses: &Uses, methods: usize) -> Self {
        Self(starts_of(uses.caller.iter().copied(), methods))
    }

    fn rows(&self, method: u32) -> std::ops::Range<usize> {
        let bound = |i: usize| self.0.get(i).copied().unwrap_or(0) as usize;
        bound(method as usize)..bound(method as usize + 1)
    }
}

struct File {
    calls: Starts,
    types: Starts,
    fields: Starts,
    /// Which methods were dispatched or resolved already, by method id.
    called: Vec<u8>,
}

struct Search<'a> {
    program: &'a Program,
    hierarchy: Hierarchy<'a>,
    kinds: &'a HashMap<Vec<u8>, u8>,
    files: Vec<File>,
    steps: Vec<Option<Step>>,
    /// Which nodes have a step: most methods are met again and again.
    seen: Vec<bool>,
    next: Vec<u32>,
    initialised: Vec<bool>,
    instantiated: Vec<bool>,
    exposed: Vec<bool>,
    targets: Vec<u32>,
}

impl<'a> Search<'a> {
    fn new(program: &'a Program, kinds: &'a HashMap<Vec<u8>, u8>) -> Self {
        let file = |dex: &std::sync::Arc<crate::dex::Dex>| {
            let methods = dex.method_owner.len();
            File {
                calls: Starts::new(&dex.code.calls, methods),
                types: Starts::new(&dex.code.types, methods),
                fields: Starts::new(&dex.code.fields, methods),
                called: vec![0; methods],
            }
        };
        let types = program.type_count();
        Self {
            hierarchy: Hierarchy::new(program),
            kinds,
            files: program.dexes.iter().map(file).collect(),
            steps: vec![None; program.nodes.len()],
            seen: vec![false; program.nodes.len()],
            next: Vec::new(),
            initialised: vec![false; types],
            instantiated: vec![false; types],
            exposed: vec![false; types],
            targets: Vec::new(),
            program,
        }
    }

    fn visit(&mut self, node: u32, step: Step) {
        let Some(seen) = self.seen.get_mut(node as usize).filter(|seen| !**seen) else { return };
        *seen = true;
        if let Some(slot) = self.steps.get_mut(node as usize) {
            *slot = Some(step);
            self.next.push(node);
        }
    }

    /// The system makes an instance of `class` and calls it.
    fn enter(&mut self, class: u32, entry: u32) {
        let step = Step { parent: NONE, entry, via: via::ENTRY };
        self.visit_all(class, Form::Constructor, step);
        let chain: Vec<u32> = self.hierarchy.chain(class).collect();
        for each in chain {
            self.initialise(each, Step { via: via::ENTRY, ..step });
            self.expose(each, step);
        }
    }

    /// Follow everything that the code of `node` refers to.
    fn expand(&mut self, node: u32) {
        let Some(&at) = self.program.nodes.get(node as usize) else { return };
        let Some(Some(from)) = self.steps.get(node as usize).copied() else { return };
        let Some(dex) = self.program.dexes.get(at.dex as usize) else { return };
        let Some(file) = self.files.get(at.dex as usize) else { return };
        let (calls, types, fields) =
            (file.calls.rows(at.method), file.types.rows(at.method), file.fields.rows(at.method));
        let step = Step { parent: node, entry: from.entry, via: via::CALL };
        for (target, opcode) in dex.code.calls.targets(calls) {
            self.call(at.dex, target, opcode, step);
        }
        for (target, opcode) in dex.code.types.targets(types) {
            self.instantiate(self.program.type_of(at.dex, target), opcode == CONST_CLASS, step);
        }
        for (target, opcode) in dex.code.fields.targets(fields) {
            if opcode >= 0x60 {
                let owner = dex.field_owner.get(target as usize).copied().unwrap_or(NONE);
                self.initialise(self.program.type_of(at.dex, owner), step);
            }
        }
    }

    /// Follow a call of the method `target` of file `dex`; what was followed once has nothing new to reach.
    fn call(&mut self, dex: u32, target: u32, opcode: u8, step: Step) {
        let form = match opcode {
            0x6E | 0x72 | 0x74 | 0x78 => VIRTUAL,
            0x6F | 0x70 | 0x75 | 0x76 => DIRECT,
            0x71 | 0x77 => STATIC,
            _ => return,
        };
        let file = self.files.get_mut(dex as usize);
        let Some(called) = file.and_then(|file| file.called.get_mut(target as usize)) else { return };
        if *called & form != 0 {
            return;
        }
        *called |= form;
        let Some((class, selector)) = self.program.method_key(dex, target) else { return };
        let own = self.program.own_node(dex, target);
        if form != VIRTUAL {
            if let Some(node) = own.or_else(|| self.hierarchy.resolve(class, selector)) {
                self.visit(node, step);
            }
            if form == STATIC {
                self.initialise(class, step);
            }
        } else if !self.hierarchy.is_object(class) {
            let mut targets = std::mem::take(&mut self.targets);
            self.hierarchy.dispatch(class, selector, own, &mut targets);
            for node in targets.drain(..) {
                self.visit(node, step);
            }
            self.targets = targets;
        }
    }

    /// Run the static initialiser of a class of the app.
    fn initialise(&mut self, class: u32, step: Step) {
        if let Some(done) = self.initialised.get_mut(class as usize).filter(|done| !**done) {
            *done = true;
            let via = if step.via == via::ENTRY { via::ENTRY } else { via::INITIALISER };
            self.visit_all(class, Form::Initialiser, Step { via, ..step });
        }
    }

    /// Reach the methods of one form that `class` itself defines.
    fn visit_all(&mut self, class: u32, form: Form, step: Step) {
        let program = self.program;
        for &(_, node) in program.members_of(class) {
            if program.nodes.get(node as usize).is_some_and(|node| node.form == form) {
                self.visit(node, step);
            }
        }
    }

    /// A class of the app is instantiated, or handed to the platform as such with `by_name`.
    fn instantiate(&mut self, class: u32, by_name: bool, step: Step) {
        if self.program.class(class).is_none() {
            return;
        }
        if by_name {
            self.visit_all(class, Form::Constructor, step);
        }
        match self.instantiated.get_mut(class as usize) {
            Some(done) if !*done => *done = true,
            _ => return,
        }
        let kind = self.hierarchy.callback_kind(class, self.kinds);
        let chain: Vec<u32> = self.hierarchy.chain(class).collect();
        for each in chain {
            self.initialise(each, step);
            if let Some(kind) = kind {
                self.expose(each, Step { via: via::CALLBACK.saturating_add(kind), ..step });
            }
        }
    }

    /// Reach the virtual methods that `class` itself defines.
    fn expose(&mut self, class: u32, step: Step) {
        match self.exposed.get_mut(class as usize) {
            Some(done) if !*done => *done = true,
            _ => return,
        }
        self.visit_all(class, Form::Virtual, step);
    }
}
