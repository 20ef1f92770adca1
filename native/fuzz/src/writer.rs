//! Writes a small DEX file whose tables are always the same, so that ids are arithmetic: what differs is classes and code.
//!
//! Layout: "Dalvik executable format" on source.android.com.

/// Descriptors in the order of their ids; classes of an app come first.
pub const TYPES: [&str; 13] = [
    "La/A;",
    "La/B;",
    "La/C;",
    "La/D;",
    "La/E;",
    "La/F;",
    "La/G;",
    "La/H;",
    "Landroid/app/Activity;",
    "Ljava/lang/Object;",
    "Ljava/lang/Runnable;",
    "Ljava/lang/Thread;",
    "V",
];
/// How many of the types an app may define.
pub const OWN: u8 = 8;
/// How many of the types may be a superclass, an interface, or called.
pub const NAMED: u8 = 12;
/// `Ljava/lang/Object;`.
pub const OBJECT: u8 = 9;
/// Names of methods in the order of their ids.
pub const NAMES: [&str; 4] = ["<clinit>", "<init>", "get", "run"];
/// Methods of one class: each name with each of two prototypes.
pub const SELECTORS: u8 = 8;

const HEADER: usize = 0x70;
const NO_INDEX: u32 = u32::MAX;
const PUBLIC: u32 = 1;

/// One class with the methods it defines, in the order of selectors.
#[derive(Debug, Clone)]
pub struct Class {
    /// Type id.
    pub name: u8,
    /// Type id of the superclass.
    pub parent: Option<u8>,
    /// Type ids.
    pub interfaces: Vec<u8>,
    /// Direct and virtual methods.
    pub methods: Vec<Method>,
}

/// One method that a class defines.
#[derive(Debug, Clone)]
pub struct Method {
    /// Name and prototype: twice the position of the name, plus the prototype.
    pub selector: u8,
    /// In which of the two lists it stands.
    pub is_virtual: bool,
    /// Code units.
    pub code: Vec<u16>,
}

/// Return the id of a method.
#[must_use]
pub fn method_id(class: u8, selector: u8) -> u16 {
    u16::from(class) * u16::from(SELECTORS) + u16::from(selector)
}

/// Return the file with those classes.
#[must_use]
pub fn dex_file(classes: &[Class]) -> Vec<u8> {
    let strings: Vec<&str> = NAMES[..2].iter().chain(&TYPES).chain(&["VL"]).chain(&NAMES[2..]).copied().collect();
    let string = |text: &str| strings.iter().position(|each| *each == text).map_or(NO_INDEX, |at| at as u32);
    let counts = [strings.len(), TYPES.len(), 2, TYPES.len(), TYPES.len() * usize::from(SELECTORS), classes.len()];
    let mut starts = [HEADER; 7];
    for (i, width) in [4, 4, 12, 8, 8, 32].into_iter().enumerate() {
        starts[i + 1] = starts[i] + counts[i] * width;
    }
    let mut data = Data { at: starts[6], bytes: Vec::new() };
    let mut tables = Vec::new();
    for text in &strings {
        words(&mut tables, &[data.put(&[&[text.len() as u8], text.as_bytes(), &[0]].concat())]);
    }
    TYPES.iter().for_each(|name| words(&mut tables, &[string(name)]));
    let result = TYPES.len() as u32 - 1;
    let parameters = data.put(&[1, 0, 0, 0, 0, 0]);
    words(&mut tables, &[string("V"), result, 0, string("VL"), result, parameters]);
    (0..TYPES.len() as u32).for_each(|owner| words(&mut tables, &[owner, string("get")]));
    for owner in 0..TYPES.len() as u32 {
        for selector in 0..u32::from(SELECTORS) {
            words(&mut tables, &[owner | (selector % 2) << 16, string(NAMES[selector as usize / 2])]);
        }
    }
    for class in classes {
        let parent = class.parent.map_or(NO_INDEX, u32::from);
        let interfaces = data.list(&class.interfaces);
        let methods = data.methods(class);
        words(&mut tables, &[u32::from(class.name), PUBLIC, parent, interfaces, NO_INDEX, 0, methods, 0]);
    }
    let size = starts[6] + data.bytes.len();
    let mut file = b"dex\n035\0".to_vec();
    file.resize(32, 0);
    words(&mut file, &[size as u32, HEADER as u32, 0x1234_5678, 0, 0, 0]);
    for (count, start) in counts.into_iter().zip(starts) {
        words(&mut file, &[count as u32, if count == 0 { 0 } else { start as u32 }]);
    }
    words(&mut file, &[data.bytes.len() as u32, starts[6] as u32]);
    [file, tables, data.bytes].concat()
}

/// What lies behind the tables.
struct Data {
    at: usize,
    bytes: Vec<u8>,
}

impl Data {
    /// Append and return the offset.
    fn put(&mut self, content: &[u8]) -> u32 {
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
        let at = self.at.next_multiple_of(4) + self.bytes.len();
        self.bytes.extend(content);
        at as u32
    }

    fn list(&mut self, ids: &[u8]) -> u32 {
        if ids.is_empty() {
            return 0;
        }
        let mut list = (ids.len() as u32).to_le_bytes().to_vec();
        list.extend(ids.iter().flat_map(|&id| u16::from(id).to_le_bytes()));
        self.put(&list)
    }

    fn methods(&mut self, class: &Class) -> u32 {
        let lists: [Vec<&Method>; 2] =
            [false, true].map(|kind| class.methods.iter().filter(|each| each.is_virtual == kind).collect());
        let mut item = vec![0, 0, lists[0].len() as u8, lists[1].len() as u8];
        for list in lists {
            let mut last = 0;
            for method in list {
                let id = u32::from(method_id(class.name, method.selector));
                let mut code = vec![2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
                words(&mut code, &[method.code.len() as u32]);
                code.extend(method.code.iter().flat_map(|unit| unit.to_le_bytes()));
                for value in [id - last, PUBLIC, self.put(&code)] {
                    uleb(&mut item, value);
                }
                last = id;
            }
        }
        self.put(&item)
    }
}

fn words(out: &mut Vec<u8>, values: &[u32]) {
    out.extend(values.iter().flat_map(|value| value.to_le_bytes()));
}

fn uleb(out: &mut Vec<u8>, mut value: u32) {
    while value > 0x7F {
        out.push(value as u8 & 0x7F | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}
