//! Little-endian numbers at any offset; what lies outside is `None`, never a panic.

/// Why a DEX file cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DexError {
    /// It is not as it should be; one sentence says what is wrong.
    Wrong(String),
    /// There is no memory for what stands in it.
    NoRoom,
}

/// Return the error that says `sentence`.
///
/// # Errors
/// Always.
pub fn refuse<T>(sentence: impl Into<String>) -> Result<T, DexError> {
    Err(DexError::Wrong(sentence.into()))
}

/// Return the u16 at `at`.
#[inline]
#[must_use]
pub fn u16_at(data: &[u8], at: usize) -> Option<u16> {
    let raw = data.get(at..at.checked_add(2)?)?;
    Some(u16::from_le_bytes(raw.try_into().ok()?))
}

/// Return the u32 at `at`.
#[inline]
#[must_use]
pub fn u32_at(data: &[u8], at: usize) -> Option<u32> {
    let raw = data.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(raw.try_into().ok()?))
}

/// Return the u64 at `at`.
#[inline]
#[must_use]
pub fn u64_at(data: &[u8], at: usize) -> Option<u64> {
    let raw = data.get(at..at.checked_add(8)?)?;
    Some(u64::from_le_bytes(raw.try_into().ok()?))
}

/// Return the part of `data` from `start`, at most `size` bytes of it.
#[must_use]
pub fn clip(data: &[u8], start: usize, size: usize) -> &[u8] {
    let end = start.saturating_add(size).min(data.len());
    data.get(start..end).unwrap_or(&[])
}

/// Whether `bytes` more of memory may be had; they are given back at once.
///
/// Asked before work that takes much: where memory is limited, a vector that cannot grow would end the process.
#[must_use]
pub fn has_room(bytes: usize) -> bool {
    let mut room: Vec<u8> = Vec::new();
    let had = room.try_reserve_exact(bytes).is_ok();
    // Else the compiler may leave out an allocation that nobody uses.
    std::hint::black_box(&room);
    had
}
