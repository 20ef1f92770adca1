//! What the readers make of small inputs that a person can check.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod common;

use apkfarm_native::constants::Follower;
use apkfarm_native::head::inflate_head;
use apkfarm_native::inflate::{crc32, inflate_exactly};
use apkfarm_native::mutf8::decode;
use apkfarm_native::opcodes::payload_length;
use apkfarm_native::search::stands_in;
use apkfarm_native::sweep::Item;
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
