//! Tags and tokens as hexadecimal digits.

/// `bytes` as lower-case digits.
pub(super) fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The `N` bytes that exactly `2 * N` digits stand for, in either case.
pub(super) fn from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let half = |byte: u8| char::from(byte).to_digit(16).and_then(|half| u8::try_from(half).ok());
    let mut bytes = [0; N];
    if text.len() != 2 * N {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let &[high, low] = pair else { return None };
        *byte = half(high)? << 4 | half(low)?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_read_only_if_there_are_exactly_as_many_as_wanted() {
        assert_eq!(to_hex(&[0, 0x1f, 0xff]), "001fff");
        assert_eq!(from_hex("001fFF"), Some([0, 0x1f, 0xff]));
        for not_one in ["", "001f", "001fff00", "001ff", "+01fff", "0x1fff", "00 fff", "00é00"] {
            assert_eq!(from_hex::<3>(not_one), None, "{not_one}");
        }
    }
}
