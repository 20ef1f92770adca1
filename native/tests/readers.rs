//! What the readers make of small inputs that a person can check.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod common;

use apkfarm_native::class_data::{read_methods, EncodedMethod};
use apkfarm_native::constants::Follower;
use apkfarm_native::head::inflate_head;
use apkfarm_native::inflate::{crc32, inflate_exactly};
use apkfarm_native::mutf8::decode;
use apkfarm_native::opcodes::payload_length;
use apkfarm_native::search::stands_in;
use apkfarm_native::sweep::{sweep, Counts, Item, Sweep};
use apkfarm_native::zip::{member, read_entries};

fn code(units: &[u16]) -> Vec<u8> {
    units.iter().flat_map(|unit| unit.to_le_bytes()).collect()
}

fn reach_in(units: &[u16], offset: u32) -> Vec<u32> {
    Follower::new(Item { owner: 0, start: 0, end: units.len() as u32 }).reaching(&code(units), offset)
}

#[test]
fn plain_text_stays_where_it_is() {
    assert_eq!(None, decode("隐私 and é".as_bytes()));
}

#[test]
fn a_pair_of_surrogates_is_one_character() {
    assert_eq!(Some("😀".as_bytes().to_vec()), decode(b"\xED\xA0\xBD\xED\xB8\x80"));
}

#[test]
fn two_bytes_stand_for_zero() {
    assert_eq!(Some(b"a\0b".to_vec()), decode(b"a\xC0\x80b"));
}

#[test]
fn a_lone_surrogate_stays_one() {
    assert_eq!(Some(b"\xED\xA0\xBDx".to_vec()), decode(b"\xED\xA0\xBDx"));
}

#[test]
fn payloads_have_their_lengths() {
    assert_eq!(8, payload_length(&code(&[0x0100, 2, 0, 0, 0, 0, 0, 0]), 0));
    assert_eq!(6, payload_length(&code(&[0x0200, 1, 0, 0, 0, 0]), 0));
    assert_eq!(7, payload_length(&code(&[0x0300, 1, 5, 0, 0, 0, 0]), 0));
}

#[test]
fn a_constant_reaches_its_call() {
    // const-string v1, 7; invoke-static {v1}
    assert_eq!(vec![7], reach_in(&[0x011A, 7, 0x1071, 3, 0x0001], 2));
}

#[test]
fn a_moved_constant_reaches_its_call() {
    // const-string v1, 7; move-object v2, v1; invoke-static {v2}
    assert_eq!(vec![7], reach_in(&[0x011A, 7, 0x1207, 0x1071, 3, 0x0002], 3));
}

#[test]
fn an_overwritten_constant_does_not() {
    // const-string v1, 7; const/4 v1, 0; invoke-static {v1}
    assert_eq!(Vec::<u32>::new(), reach_in(&[0x011A, 7, 0x0112, 0x1071, 3, 0x0001], 3));
}

#[test]
fn the_second_half_of_a_pair_overwrites_too() {
    // const-string v1, 7; const-wide/16 v0, 0; invoke-static {v1}
    assert_eq!(Vec::<u32>::new(), reach_in(&[0x011A, 7, 0x0016, 0, 0x1071, 3, 0x0001], 4));
}

#[test]
fn an_offset_between_instructions_has_no_arguments() {
    assert_eq!(Vec::<u32>::new(), reach_in(&[0x011A, 7, 0x1071, 3, 0x0001], 1));
}

#[test]
fn a_broken_stream_has_no_head() {
    assert_eq!(None, inflate_head(b"\xFF\xFF\xFF\xFF", 8, None));
}

#[test]
fn the_head_of_a_member_is_how_the_member_starts() {
    let data = common::apk();
    let start = memchr::memmem::find(data, b"PK\x01\x02").unwrap();
    let mut compared = 0;
    for entry in read_entries(data, start, data.len(), 1_000).entries {
        let packed = member(data, &entry, entry.header_offset as usize).unwrap();
        if let Some(content) = inflate_exactly(packed, entry.size as usize).filter(|content| content.len() >= 64) {
            assert_eq!(Some(&content[..64]), inflate_head(packed, 64, None).as_deref());
            compared += 1;
        }
    }
    assert!(compared > 2);
}

#[test]
fn blocks_of_all_three_forms_have_heads() {
    let raw = b"\x01\x05\x00\xfa\xffhello";
    assert_eq!(Some(b"hel".to_vec()), inflate_head(raw, 3, None));
    let fixed = b"\x4b\x4c\x44\x00\x00"; // "a" and matches of distance one
    assert!(inflate_head(fixed, 2, None).is_none_or(|head| head == b"aa"));
}

#[test]
fn capitals_are_folded_only_when_asked() {
    let needles = [b"privacy".to_vec()];
    assert_eq!(vec![true], stands_in(b"Our PRIVACY", &needles, true));
    assert_eq!(vec![false], stands_in(b"Our PRIVACY", &needles, false));
}

#[test]
fn the_checksum_is_that_of_zip() {
    assert_eq!(0xCBF4_3926, crc32(b"123456789"));
    assert!(!common::dex_files().is_empty());
    assert!(common::Dice::new(1).roll(2) < 2);
    assert!(!common::apk().is_empty());
}

/// A file of class data: twelve fields and three methods with short and long numbers, and `behind` zeros.
fn class_data(behind: usize) -> Vec<u8> {
    let mut octets = vec![0xFF, 6, 6, 2, 1];
    // Two numbers for each field.
    octets.extend([0x01, 0x01, 0x81, 0x02].repeat(8));
    // Direct: 1 with code at 0x90; then 1 + 200 with flags of three bytes and an offset of five.
    octets.extend([0x01, 0x09, 0x90, 0x01]);
    octets.extend([0xC8, 0x01, 0x81, 0x80, 0x04, 0xF0, 0x80, 0x80, 0x80, 0x01]);
    // Virtual: 2, without code.
    octets.extend([0x02, 0x01, 0x00]);
    octets.extend(vec![0; behind]);
    octets
}

#[test]
fn methods_are_the_same_in_one_word_and_step_by_step() {
    let wanted = vec![
        EncodedMethod { method: 1, code: 0x90, is_virtual: false },
        EncodedMethod { method: 201, code: 0x1000_0070, is_virtual: false },
        EncodedMethod { method: 2, code: 0, is_virtual: true },
    ];

    // At the end of a file there are no eight bytes to look at.
    assert_eq!(Ok(wanted.clone()), read_methods(&class_data(0), &[1], 300));
    assert_eq!(Ok(wanted), read_methods(&class_data(16), &[1], 300));
}

/// Sweep methods, each by its id and code units.
fn swept(methods: &[(u32, &[u16])]) -> Sweep {
    let mut octets = vec![0; 4];
    let mut encoded = Vec::new();
    for (method, units) in methods {
        encoded.push(EncodedMethod { method: *method, code: octets.len() as u32, is_virtual: false });
        octets.extend([0; 12]);
        octets.extend((units.len() as u32).to_le_bytes());
        octets.extend(code(units));
        octets.resize(octets.len().next_multiple_of(4), 0);
    }
    let counts = Counts { strings: 0x2_0000, types: 10, fields: 10, methods: 10 };
    sweep(&octets, &encoded, counts, octets.len()).unwrap()
}

#[test]
fn what_runs_over_the_end_of_its_method_refers_to_nothing() {
    // invoke-static {}, 3 without its last unit
    let found = swept(&[(0, &[0x0071, 3])]);

    assert_eq!((0, 0, 1), (found.calls.len(), found.bad_ids, found.instructions));
}

#[test]
fn an_id_outside_its_table_is_counted_and_left_out() {
    // sget v0, 9; sget v0, 10
    let found = swept(&[(0, &[0x0060, 9, 0x0060, 10])]);

    assert_eq!((vec![9], 1), (found.fields.target, found.bad_ids));
}

#[test]
fn a_jumbo_string_is_known_by_all_its_bits() {
    assert_eq!(vec![0x1_0007, 7], swept(&[(0, &[0x001B, 7, 1, 0x001A, 7])]).strings.target);
}

#[test]
fn many_calls_of_many_methods_stay_in_the_order_of_methods() {
    let invoke: Vec<u16> = [0x0071, 3, 0].repeat(300);
    let found = swept(&[(7, &invoke), (2, &invoke), (4, &[0x000E]), (5, &invoke)]);
    let offsets: Vec<u32> = (0..900).step_by(3).collect();

    assert_eq!([[2; 300], [5; 300], [7; 300]].concat(), found.calls.caller);
    assert_eq!(offsets.repeat(3), found.calls.offset);
    assert_eq!(901, found.instructions);
}
