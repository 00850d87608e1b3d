//! Bytes as hexadecimal digits: tags, tokens and ciphertexts.

/// `bytes` as lower-case digits.
pub fn to_hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0xf)]).collect()
}

/// The bytes that `text` stands for, in either case; none if it isn't pairs of digits.
pub fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|value| u8::try_from(value).ok());
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect()
}

/// The `N` bytes that exactly `2 * N` digits stand for, in either case.
pub fn from_hex_exactly<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.len() != 2 * N {
        return None;
    }
    from_hex(text)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_reads_back() {
        let bytes: Vec<u8> = (0..=255).collect();
        assert_eq!(from_hex(&to_hex(&bytes)), Some(bytes));
        assert_eq!(from_hex("abc"), None);
        assert_eq!(from_hex("zz"), None);
    }

    #[test]
    fn digits_are_read_only_if_there_are_exactly_as_many_as_wanted() {
        assert_eq!(to_hex(&[0, 0x1f, 0xff]), "001fff");
        assert_eq!(from_hex_exactly("001fFF"), Some([0, 0x1f, 0xff]));
        for not_one in ["", "001f", "001fff00", "001ff", "+01fff", "0x1fff", "00 fff", "00é00"] {
            assert_eq!(from_hex_exactly::<3>(not_one), None, "{not_one}");
        }
    }
}
