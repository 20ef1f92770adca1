//! Hostile APK bytes to tables: the native engine of apkfarm's static suite.
//!
//! Every reader here has a twin in Python (`workers/static/readers`), the reference: same tables, same order, same
//! errors word for word. Nothing here panics, whatever the bytes are, and no work grows faster than the file.

#![cfg_attr(not(feature = "python"), forbid(unsafe_code))]

pub mod bytes;
pub mod class_data;
pub mod constants;
pub mod counting;
pub mod dex;
pub mod dispatch;
pub mod head;
pub mod header;
pub mod inflate;
pub mod initial;
pub mod interner;
pub mod mutf8;
pub mod opcodes;
pub mod program;
pub mod prototypes;
pub mod reach;
pub mod search;
pub mod selectors;
pub mod strings;
pub mod sweep;
pub mod zip;

#[cfg(feature = "python")]
#[allow(clippy::needless_pass_by_value)] // Python hands its values over
mod python;
