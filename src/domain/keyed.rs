//! The one home of keyed hashes (HMAC-SHA256): signatures, tokens, marks, and keys that are made from keys.

use std::fmt;

use ring::hmac;

/// The length of a tag in bytes.
pub const TAG: usize = 32;

/// A secret that tags are made and checked with. It is never printed.
#[derive(Clone)]
pub struct Keyed(hmac::Key);

impl fmt::Debug for Keyed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keyed(…)")
    }
}

impl Keyed {
    /// With this secret, of any length.
    pub fn new(secret: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }

    /// The tag of `parts` as one text.
    pub fn tag(&self, parts: &[&[u8]]) -> [u8; TAG] {
        let mut context = hmac::Context::with_key(&self.0);
        parts.iter().for_each(|part| context.update(part));
        let mut tag = [0; TAG];
        // SHA-256 gives exactly as many bytes.
        tag.copy_from_slice(context.sign().as_ref());
        tag
    }

    /// Whether `tag` is that of `parts` as one text, found out in constant time.
    pub fn is_tag(&self, parts: &[&[u8]], tag: &[u8]) -> bool {
        hmac::verify(&self.0, &parts.concat(), tag).is_ok()
    }

    /// A key for one purpose, which says nothing about this secret or the keys for other purposes: HKDF's
    /// *expand* (RFC 5869, 2.3), of which this is the first block.
    pub fn subkey(&self, purpose: &str) -> [u8; TAG] {
        self.tag(&[purpose.as_bytes(), &[1]])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::hex::to_hex;

    #[test]
    fn tags_are_those_of_the_standard() {
        // RFC 4231, test case 2.
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        let keyed = Keyed::new(b"Jefe");
        let tag = keyed.tag(&[b"what do ya want ", b"for nothing?"]);
        assert_eq!(to_hex(&tag), expected);
        assert!(keyed.is_tag(&[b"what do ya want for nothing?"], &tag));
        assert!(!keyed.is_tag(&[b"what do ya want for nothing!"], &tag));
        assert!(!keyed.is_tag(&[b"what do ya want for nothing?"], &tag[..31]));
    }

    #[test]
    fn a_key_for_a_purpose_is_hkdf_s() {
        // RFC 5869, test case 3: no salt and no info. The first 32 bytes of its output.
        let extracted = Keyed::new(&[0; 32]).tag(&[&[0x0b; 22]]);
        let expected = "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d";
        let keyed = Keyed::new(&extracted);
        assert_eq!(to_hex(&keyed.subkey("")), expected);
        assert_ne!(keyed.subkey("marks"), keyed.subkey("wrapping"));
    }

    #[test]
    fn a_secret_is_not_printed() {
        assert_eq!(format!("{:?}", Keyed::new(b"Jefe")), "Keyed(…)");
    }
}
