//! Class hierarchy of a program: which methods a call may mean.

use crate::counting::starts_of;
use crate::program::{Form, Program, NONE};
use hashbrown::{HashMap, HashSet};
use std::cell::Cell;

/// Superclasses that are followed at most.
pub const DEPTH_MAX: usize = 256;
/// Types, methods and interfaces that are looked at in one program, for dispatch and for callbacks.
pub const WORK_MAX: u64 = 4_000_000;

/// Kind of a class that the platform calls back only in ways that no table names.
pub const CALLBACK: u8 = u8::MAX;

/// Subtypes by superclass and interface, and methods by selector.
pub struct Hierarchy<'a> {
    program: &'a Program,
    /// Superclass by global type; links of a class that is its own ancestor are cut.
    superclass: Vec<u32>,
    /// Where the subtree of each type starts and ends in the order of the superclass tree.
    subtree: Vec<(u32, u32)>,
    /// Types that name a type as interface.
    implementers: HashMap<u32, Vec<u32>>,
    /// Virtual methods of one selector after the other: position of their class in the tree, which ascends, and node.
    by_selector: Vec<(u32, u32)>,
    /// Where the methods of each selector start in `by_selector`.
    selector_start: Vec<u32>,
    object: u32,
    /// What has been looked at so far.
    pub work: u64,
    /// Whether a class has more ancestors than are followed.
    cut: Cell<bool>,
}

impl<'a> Hierarchy<'a> {
    /// Build the hierarchy of `program`.
    #[must_use]
    pub fn new(program: &'a Program) -> Self {
        let superclass = without_cycles(program);
        let mut implementers: HashMap<u32, Vec<u32>> = HashMap::new();
        for number in 0..program.classes.len() as u32 {
            for &interface in program.interfaces(number) {
                implementers.entry(interface).or_default().push(number);
            }
        }
        let subtree = number_tree(&superclass);
        let virtuals = virtuals_by_place(program, &subtree);
        let highest = virtuals.iter().map(|each| each.0 as usize + 1).max().unwrap_or(0);
        let selector_start = starts_of(virtuals.iter().map(|each| each.0), highest);
        let mut by_selector = vec![(0, 0); virtuals.len()];
        let mut next = selector_start.clone();
        for (selector, at, node) in virtuals {
            let Some(place) = next.get_mut(selector as usize) else { continue };
            if let Some(slot) = by_selector.get_mut(*place as usize) {
                *slot = (at, node);
            }
            *place += 1;
        }
        let object = program.find(b"Ljava/lang/Object;").unwrap_or(NONE);
        Self {
            program,
            superclass,
            subtree,
            implementers,
            by_selector,
            selector_start,
            object,
            work: 0,
            cut: Cell::new(false),
        }
    }

    /// Whether no limit was met so far.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.work <= WORK_MAX && !self.cut.get()
    }

    /// Whether a type is `java.lang.Object`: calls on it may mean anything, so they are not followed.
    #[must_use]
    pub fn is_object(&self, number: u32) -> bool {
        number == self.object
    }

    /// Return the superclass of a class of the app.
    #[must_use]
    pub fn superclass(&self, number: u32) -> Option<u32> {
        self.superclass.get(number as usize).copied().filter(|&parent| parent != NONE)
    }

    /// Return the class and its superclasses as far as the app defines them.
    pub fn chain(&self, number: u32) -> impl Iterator<Item = u32> + '_ {
        std::iter::successors(Some(number), |&each| self.superclass(each))
            .take_while(|&each| self.program.class(each).is_some())
            .enumerate()
            .take_while(|&(depth, _)| {
                self.cut.set(self.cut.get() || depth == DEPTH_MAX);
                depth < DEPTH_MAX
            })
            .map(|(_, each)| each)
    }

    /// Return the first definition of `selector` in the class or above it.
    #[must_use]
    pub fn resolve(&self, class: u32, selector: u32) -> Option<u32> {
        self.chain(class).find_map(|each| self.program.node_in(each, selector))
    }

    /// Append the methods that a virtual or interface call of `selector` on `class` may reach; `own` is the node of the
    /// method that the class itself defines, if that is known.
    pub fn dispatch(&mut self, class: u32, selector: u32, own: Option<u32>, out: &mut Vec<u32>) {
        if !self.implementers.contains_key(&class) {
            // Most classes are no interfaces of others.
            self.work += 1;
            if self.work <= WORK_MAX {
                self.overriding(class, selector, out);
                if own.is_some() {
                    out.extend(own);
                } else {
                    self.inherited(class, selector, out);
                }
            }
            return;
        }
        let mut closure = vec![class];
        let mut seen: HashSet<u32> = HashSet::new();
        let mut next = 0;
        while let Some(&each) = closure.get(next) {
            next += 1;
            self.work += 1;
            if self.work > WORK_MAX {
                return;
            }
            self.overriding(each, selector, out);
            self.inherited(each, selector, out);
            if let Some(children) = self.implementers.get(&each) {
                seen.insert(class);
                closure.extend(children.iter().copied().filter(|&child| seen.insert(child)));
            }
        }
    }

    /// Append the definitions in the class and its subclasses.
    fn overriding(&mut self, class: u32, selector: u32, out: &mut Vec<u32>) {
        let Some(&(first, last)) = self.subtree.get(class as usize) else { return };
        let bound = |i: usize| self.selector_start.get(i).copied().unwrap_or(0) as usize;
        let all = self.by_selector.get(bound(selector as usize)..bound(selector as usize + 1)).unwrap_or(&[]);
        let low = all.partition_point(|&(at, _)| at < first);
        let before = out.len();
        out.extend(all.iter().skip(low).take_while(|&&(at, _)| at <= last).map(|&(_, node)| node));
        self.work += (out.len() - before) as u64;
    }

    /// Append what the class inherits: from the nearest superclass, else from any interface of the chain.
    fn inherited(&mut self, class: u32, selector: u32, out: &mut Vec<u32>) {
        if let Some(node) = self.resolve(class, selector) {
            out.push(node);
            return;
        }
        let mut seen: HashSet<u32> = HashSet::new();
        let interfaces = |each: u32| self.program.interfaces(each);
        let mut queue: Vec<u32> = self.chain(class).flat_map(interfaces).copied().collect();
        let mut looked_at = queue.len();
        while let Some(each) = queue.pop() {
            if !seen.insert(each) {
                continue;
            }
            out.extend(self.program.node_in(each, selector));
            queue.extend(interfaces(each));
            looked_at += interfaces(each).len();
        }
        self.work += looked_at as u64;
    }

    /// Return how the platform calls back into instances of `class`, by the ancestors outside the app; `None` if there
    /// is none but Object.
    pub fn callback_kind(&mut self, class: u32, kinds: &HashMap<Vec<u8>, u8>) -> Option<u8> {
        let mut queue = vec![class];
        let mut seen: Vec<u32> = Vec::new();
        let mut found = None;
        while let Some(each) = queue.pop() {
            if seen.len() > DEPTH_MAX || self.work > WORK_MAX {
                self.cut.set(true);
                break;
            }
            if self.is_object(each) || seen.contains(&each) {
                continue;
            }
            seen.push(each);
            match self.program.class(each) {
                Some(_) => {
                    queue.extend(self.superclass(each));
                    queue.extend(self.program.interfaces(each));
                    self.work += self.program.interfaces(each).len() as u64;
                }
                None => {
                    let kind = kinds.get(self.program.type_name(each)).copied().unwrap_or(CALLBACK);
                    found = Some(found.map_or(kind, |before: u8| before.min(kind)));
                }
            }
        }
        found
    }
}

/// Return selector, position of the class in the tree and node of all virtual methods, by that position.
fn virtuals_by_place(program: &Program, subtree: &[(u32, u32)]) -> Vec<(u32, u32, u32)> {
    let mut places = vec![NONE; subtree.len()];
    for (class, &(at, _)) in (0_u32..).zip(subtree) {
        if let Some(place) = places.get_mut(at as usize) {
            *place = class;
        }
    }
    let is_virtual = |node: u32| program.nodes.get(node as usize).is_some_and(|node| node.form == Form::Virtual);
    let mut found = Vec::with_capacity(program.nodes.len());
    for (at, class) in (0_u32..).zip(places) {
        let members = program.members_of(class).iter().filter(|each| is_virtual(each.1));
        found.extend(members.map(|&(selector, node)| (selector, at, node)));
    }
    found
}

/// Return the superclass of each type, without the links of classes that are their own ancestors.
fn without_cycles(program: &Program) -> Vec<u32> {
    let mut superclass: Vec<u32> =
        program.classes.iter().map(|class| class.as_ref().map_or(NONE, |class| class.superclass)).collect();
    let mut met_from = vec![NONE; superclass.len()];
    for start in 0..superclass.len() as u32 {
        let mut each = start;
        while let Some(mark) = met_from.get_mut(each as usize).filter(|mark| **mark == NONE) {
            *mark = start;
            each = superclass.get(each as usize).copied().unwrap_or(NONE);
        }
        if met_from.get(each as usize) == Some(&start) {
            // Back where this walk has been: everything from here round is a cycle.
            while let Some(link) = superclass.get_mut(each as usize).filter(|link| **link != NONE) {
                each = std::mem::replace(link, NONE);
            }
        }
    }
    superclass
}

/// Return for each type where its subtree starts and ends when all types are counted in the order of the tree.
fn number_tree(superclass: &[u32]) -> Vec<(u32, u32)> {
    let starts = starts_of(superclass.iter().copied(), superclass.len());
    let mut next = starts.clone();
    let mut children = vec![0_u32; superclass.len()];
    let mut stack: Vec<(u32, bool)> = Vec::new();
    for (number, &parent) in (0_u32..).zip(superclass) {
        // The last place is behind that of any type.
        let Some(at) = next.get_mut(parent as usize).filter(|_| parent != NONE) else {
            stack.push((number, false));
            continue;
        };
        if let Some(slot) = children.get_mut(*at as usize) {
            *slot = number;
        }
        *at += 1;
    }
    let children_of = |number: u32| {
        let bound = |i: usize| starts.get(i).copied().unwrap_or(0) as usize;
        children.get(bound(number as usize)..bound(number as usize + 1)).unwrap_or(&[])
    };
    let mut spans = vec![(0, 0); superclass.len()];
    let mut count = 0;
    while let Some((number, done)) = stack.pop() {
        let Some(span) = spans.get_mut(number as usize) else { continue };
        if done {
            span.1 = count - 1;
            continue;
        }
        span.0 = count;
        count += 1;
        stack.push((number, true));
        stack.extend(children_of(number).iter().map(|&child| (child, false)));
    }
    spans
}
