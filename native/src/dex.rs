//! One DEX file: its tables, and its code swept.

use crate::bytes::{refuse, u16_at, u32_at, DexError};
use crate::class_data::{read_methods, EncodedMethod};
use crate::constants::Follower;
use crate::header::{read_header, Header, Table};
use crate::prototypes::Prototypes;
use crate::strings::Strings;
use crate::sweep::{sweep, Counts, Sweep};
use hashbrown::HashMap;
use std::sync::{Arc, OnceLock};

const NO_INDEX: u32 = u32::MAX;

/// Tables and swept code of one DEX file over its bytes. Ids are positions in the tables and lie inside them.
#[derive(Debug)]
pub struct Dex {
    /// The whole file; of a container, all parts.
    pub data: Arc<Vec<u8>>,
    /// What the header says.
    pub header: Header,
    /// String table.
    pub strings: Strings,
    /// String id of each type.
    pub types: Vec<u32>,
    /// Type id by string id, made for a table that is not sorted.
    type_index: OnceLock<HashMap<u32, u32>>,
    /// Prototypes.
    pub prototypes: Prototypes,
    /// Type id of the class of each field.
    pub field_owner: Vec<u32>,
    /// String id of the name of each field.
    pub field_name: Vec<u32>,
    /// Type id of the class of each method.
    pub method_owner: Vec<u32>,
    /// Prototype id of each method.
    pub method_proto: Vec<u32>,
    /// String id of the name of each method.
    pub method_name: Vec<u32>,
    /// Type id of each class definition.
    pub class_type: Vec<u32>,
    /// Type id of its superclass; -1 for none.
    pub class_super: Vec<i64>,
    /// Type ids of the interfaces of each class definition.
    pub class_interfaces: Lists,
    /// The methods that classes define, in the order of their data.
    pub methods: Vec<EncodedMethod>,
    /// What the code refers to.
    pub code: Sweep,
}

impl Dex {
    /// Read the DEX file whose header stands at `offset`.
    ///
    /// # Errors
    /// ART would refuse the file; the message says why.
    pub fn read(data: Arc<Vec<u8>>, offset: usize) -> Result<Self, DexError> {
        let header = read_header(&data, offset)?;
        let octets = data.get(..header.limit).unwrap_or(&data);
        let types = words(octets, header.types, 4, 0);
        let protos = Protos { results: words(octets, header.protos, 12, 4) };
        let field_owner = halves(octets, header.fields, 0);
        let field_name = words(octets, header.fields, 8, 4);
        let method_owner = halves(octets, header.methods, 0);
        let method_proto = halves(octets, header.methods, 2);
        let method_name = words(octets, header.methods, 8, 4);
        let class_type = words(octets, header.classes, 32, 0);
        let supers = words(octets, header.classes, 32, 8);
        let counts = Counts {
            strings: header.strings.count,
            types: header.types.count,
            fields: header.fields.count,
            methods: header.methods.count,
        };
        check("type", &types, counts.strings)?;
        check("proto", &protos.results, counts.types)?;
        check("field", &field_owner, counts.types)?;
        check("field", &field_name, counts.strings)?;
        check("method", &method_owner, counts.types)?;
        check("method", &method_proto, header.protos.count)?;
        check("method", &method_name, counts.strings)?;
        check("class", &class_type, counts.types)?;
        let real: Vec<u32> = supers.iter().copied().filter(|&id| id != NO_INDEX).collect();
        check("class", &real, counts.types)?;
        let strings = Strings::read(octets, header.strings, header.limit)?;
        if strings.has_twins(octets) || has_twins(&types) {
            return refuse("Its string or type table has an entry twice.");
        }
        let type_size: Vec<u32> = types.iter().map(|&id| strings.get(octets, id).len() as u32).collect();
        let prototypes = Prototypes::read(octets, header.protos, &type_size)?;
        let methods = read_methods(octets, &words(octets, header.classes, 32, 24), counts.methods)?;
        let code = sweep(octets, &methods, counts, header.size)?;
        let class_interfaces = read_interfaces(octets, &words(octets, header.classes, 32, 12), counts.types);
        Ok(Self {
            strings,
            types,
            type_index: OnceLock::new(),
            prototypes,
            field_owner,
            field_name,
            method_owner,
            method_proto,
            method_name,
            class_type,
            class_super: supers.iter().map(|&id| if id == NO_INDEX { -1 } else { i64::from(id) }).collect(),
            class_interfaces,
            methods,
            code,
            header,
            data,
        })
    }

    /// Return string `id` as WTF-8.
    #[inline]
    #[must_use]
    pub fn string(&self, id: u32) -> &[u8] {
        self.strings.get(&self.data, id)
    }

    /// Return the descriptor of type `id`.
    #[inline]
    #[must_use]
    pub fn type_name(&self, id: u32) -> &[u8] {
        self.types.get(id as usize).map_or(&[], |&text| self.string(text))
    }

    /// Return the id of the string `text`.
    #[must_use]
    pub fn find_string(&self, text: &[u8]) -> Option<u32> {
        self.strings.find(&self.data, text)
    }

    /// Return the id of the type with the descriptor `name`.
    #[must_use]
    pub fn find_type(&self, name: &[u8]) -> Option<u32> {
        let text = self.find_string(name)?;
        if let Ok(id) = self.types.binary_search(&text) {
            return Some(id as u32);
        }
        if self.types.is_sorted() {
            return None;
        }
        let index = || (0_u32..).zip(&self.types).map(|(id, &text)| (text, id)).collect();
        self.type_index.get_or_init(index).get(&text).copied()
    }

    /// Append method `id` without its descriptor: `Lcls;->name`.
    pub fn write_member(&self, id: u32, out: &mut Vec<u8>) {
        let at = id as usize;
        if let (Some(&owner), Some(&name)) = (self.method_owner.get(at), self.method_name.get(at)) {
            out.extend(self.type_name(owner));
            out.extend(b"->");
            out.extend(self.string(name));
        }
    }

    /// Append method `id`: `Lcls;->name(params)ret`.
    pub fn write_method(&self, id: u32, out: &mut Vec<u8>) {
        self.write_member(id, out);
        if let Some(&proto) = self.method_proto.get(id as usize) {
            self.write_prototype(proto, out);
        }
    }

    /// Append prototype `id`: `(params)ret`.
    pub fn write_prototype(&self, id: u32, out: &mut Vec<u8>) {
        out.push(b'(');
        for &parameter in self.prototypes.parameters(id) {
            out.extend(self.type_name(u32::from(parameter)));
        }
        out.push(b')');
        out.extend(self.type_name(self.prototypes.result(id)));
    }

    /// Append field `id` without its type: `Lcls;->NAME`.
    pub fn write_field(&self, id: u32, out: &mut Vec<u8>) {
        let at = id as usize;
        if let (Some(&owner), Some(&name)) = (self.field_owner.get(at), self.field_name.get(at)) {
            out.extend(self.type_name(owner));
            out.extend(b"->");
            out.extend(self.string(name));
        }
    }

    /// Return what follows the registers of method `caller`, if it has code.
    #[must_use]
    pub fn follower(&self, caller: u32) -> Option<Follower> {
        let first = self.code.items.partition_point(|item| item.owner < caller);
        self.code.items.get(first).filter(|item| item.owner == caller).map(|item| Follower::new(*item))
    }

    /// Return the ids of the strings that reach the arguments of the call at `offset` of the method that is followed.
    #[must_use]
    pub fn constants_reaching(&self, follower: &mut Follower, offset: u32) -> Vec<u32> {
        let octets = self.data.get(..self.header.limit).unwrap_or(&self.data);
        let ids = follower.reaching(octets, offset);
        ids.into_iter().filter(|&id| (id as usize) < self.strings.len()).collect()
    }
}

struct Protos {
    results: Vec<u32>,
}

fn words(octets: &[u8], table: Table, width: usize, field: usize) -> Vec<u32> {
    let rows = octets.get(table.at..table.at + width * table.count).unwrap_or(&[]).chunks_exact(width);
    rows.map(|row| u32_at(row, field).unwrap_or(0)).collect()
}

fn halves(octets: &[u8], table: Table, field: usize) -> Vec<u32> {
    let rows = octets.get(table.at..table.at + 8 * table.count).unwrap_or(&[]).chunks_exact(8);
    rows.map(|row| u32::from(u16_at(row, field).unwrap_or(0))).collect()
}

fn check(kind: &str, column: &[u32], count: usize) -> Result<(), DexError> {
    if column.iter().any(|&id| id as usize >= count) {
        return refuse(format!("Its {kind} table points outside another table."));
    }
    Ok(())
}

fn has_twins(types: &[u32]) -> bool {
    let rising = |ids: &[u32]| ids.windows(2).all(|pair| matches!(pair, [a, b] if a < b));
    if rising(types) {
        return false;
    }
    let mut sorted = types.to_vec();
    sorted.sort_unstable();
    !rising(&sorted)
}

/// Lists of ids, one after the other.
#[derive(Debug, Default)]
pub struct Lists {
    ids: Vec<u32>,
    ends: Vec<u32>,
}

impl Lists {
    /// Return list `number`.
    #[must_use]
    pub fn get(&self, number: usize) -> &[u32] {
        let end = |number: usize| self.ends.get(number).map_or(0, |&end| end as usize);
        self.ids.get(number.checked_sub(1).map_or(0, end)..end(number)).unwrap_or(&[])
    }

    /// Return all lists.
    pub fn iter(&self) -> impl Iterator<Item = &[u32]> {
        (0..self.ends.len()).map(|number| self.get(number))
    }
}

/// Return the interfaces of each class; a list that cannot be right is taken for empty.
///
/// All lists together have no more entries than the file has bytes: classes may share a list, but not to explode it.
fn read_interfaces(octets: &[u8], offsets: &[u32], types: usize) -> Lists {
    let mut room = octets.len();
    let mut found = Lists { ids: Vec::new(), ends: Vec::with_capacity(offsets.len()) };
    for &at in offsets {
        let at = at as usize;
        let count = u32_at(octets, at).unwrap_or(0) as usize;
        if at != 0 && count <= room && at + 4 + 2 * count <= octets.len() {
            room -= count;
            let ids = (0..count).filter_map(|i| u16_at(octets, at + 4 + 2 * i)).map(u32::from);
            found.ids.extend(ids.filter(|&id| (id as usize) < types));
        }
        found.ends.push(found.ids.len() as u32);
    }
    found
}
