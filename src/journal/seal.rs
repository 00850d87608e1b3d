//! Free text on its way into the journal and back.
//!
//! Invariant: text is sealed with the key of the person whom `Personal` names, under a nonce that is
//! never used again (24 random bytes), bound to that person's id. Without the key it reads back as
//! forgotten, also when a later key has taken the lost one's place.

use std::path::Path;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};

use super::errors::StorageError;
use super::keys::{Key, KeyError, KeyRing};
use crate::clock::Clock;
use crate::domain::event::Event;
use crate::domain::ids::PersonId;
use crate::domain::personal::{Personal, Sealed};

const NONCE_LENGTH: usize = 24;

/// The keys of a data folder, to seal and to open with.
#[derive(Debug)]
pub struct Vault {
    keys: KeyRing,
}

impl Vault {
    /// The vault of the data folder `data`.
    pub fn of(data: &Path) -> Self {
        Self { keys: KeyRing::new(super::folder::keys(data)) }
    }

    /// The same vault, whose keys and nonces are drawn from `clock` and not from the system.
    pub(super) fn drawing_from(mut self, clock: Clock) -> Self {
        self.keys.clock = clock;
        self
    }

    /// Seals the free text in `event`, if there is any that is readable. A person's first text makes
    /// their key, which is durable when this returns.
    pub fn seal(&mut self, event: &mut Event) -> Result<(), StorageError> {
        let Some(personal) = event.personal_mut() else { return Ok(()) };
        let Personal::Open { of, text } = personal else { return Ok(()) };
        let key = self.keys.find_or_make(of)?;
        let mut nonce = [0; NONCE_LENGTH];
        self.keys.clock.entropy(&mut nonce)?;
        // It fails only for texts of more than 256 GiB.
        *personal = match cipher(key).encrypt(&XNonce::from(nonce), payload(text.as_bytes(), of)) {
            Ok(ciphertext) => {
                Personal::Sealed(Sealed { of: of.clone(), nonce: to_hex(&nonce), text: to_hex(&ciphertext) })
            }
            Err(_) => Personal::Forgotten,
        };
        Ok(())
    }

    /// Opens the free text in `event`; without its key it is forgotten.
    pub fn open(&mut self, event: &mut Event) -> Result<(), KeyError> {
        let Some(personal) = event.personal_mut() else { return Ok(()) };
        let Personal::Sealed(sealed) = personal else { return Ok(()) };
        let text = match self.keys.find(&sealed.of)? {
            Some(key) => open(key, sealed),
            None => None,
        };
        *personal = text.map_or(Personal::Forgotten, |text| Personal::Open { of: sealed.of.clone(), text });
        Ok(())
    }

    /// Forgets what `person` wrote and what was written about them, for ever. A person who had other ids
    /// before (`was` in the configuration) is forgotten under each of them in turn.
    pub fn forget(&mut self, person: &PersonId) -> Result<(), KeyError> {
        self.keys.destroy(person)
    }
}

fn cipher(key: Key) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&key.0.into())
}

fn payload<'a>(message: &'a [u8], of: &'a PersonId) -> Payload<'a, 'a> {
    Payload { msg: message, aad: of.as_str().as_bytes() }
}

fn open(key: Key, sealed: &Sealed) -> Option<String> {
    let nonce: [u8; NONCE_LENGTH] = from_hex(&sealed.nonce)?.try_into().ok()?;
    let ciphertext = from_hex(&sealed.text)?;
    let text = cipher(key).decrypt(&XNonce::from(nonce), payload(&ciphertext, &sealed.of)).ok()?;
    String::from_utf8(text).ok()
}

/// Lower-case hexadecimal.
pub(super) fn to_hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0xf)]).collect()
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|value| u8::try_from(value).ok());
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "We were paged eleven times; no.";

    fn person(id: &str) -> PersonId {
        PersonId::parse(id).unwrap()
    }

    fn note(of: &str) -> Event {
        let text = Personal::new(person(of), TEXT);
        Event::NoteTaken { by: person("priya"), about: Some(person(of)), initiative: None, text }
    }

    fn text(event: &mut Event) -> &mut Personal {
        event.personal_mut().unwrap()
    }

    #[test]
    fn sealed_text_opens_in_another_process_with_the_same_keys() {
        let home = tempfile::tempdir().unwrap();
        let mut event = note("ana");
        Vault::of(home.path()).seal(&mut event).unwrap();
        let stored = serde_json::to_string(&event).unwrap();
        assert!(!stored.contains("paged"), "{stored}");
        let mut read: Event = serde_json::from_str(&stored).unwrap();
        Vault::of(home.path()).open(&mut read).unwrap();
        assert_eq!(read, note("ana"));
    }

    #[test]
    fn the_same_text_is_never_sealed_the_same_way_twice() {
        let home = tempfile::tempdir().unwrap();
        let mut vault = Vault::of(home.path());
        let (mut first, mut second) = (note("ana"), note("ana"));
        vault.seal(&mut first).unwrap();
        vault.seal(&mut second).unwrap();
        assert_ne!(first, second);
    }

    #[test]
    fn forgetting_one_person_forgets_what_they_wrote_and_nobody_else() {
        let home = tempfile::tempdir().unwrap();
        let mut vault = Vault::of(home.path());
        let (mut anas, mut bos) = (note("ana"), note("bo"));
        vault.seal(&mut anas).unwrap();
        vault.seal(&mut bos).unwrap();
        vault.forget(&person("ana")).unwrap();

        // A new text gets a new key, which doesn't open the old text.
        let mut later = note("ana");
        vault.seal(&mut later).unwrap();
        let mut vault = Vault::of(home.path());
        for event in [&mut anas, &mut bos, &mut later] {
            vault.open(event).unwrap();
        }
        assert_eq!(*text(&mut anas), Personal::Forgotten);
        assert_eq!(bos, note("bo"));
        assert_eq!(later, note("ana"));
    }

    #[test]
    fn text_can_not_be_passed_off_as_somebody_elses_or_altered() {
        let home = tempfile::tempdir().unwrap();
        let mut vault = Vault::of(home.path());
        let check = |vault: &mut Vault, tamper: fn(&mut Sealed)| {
            let mut event = note("ana");
            vault.seal(&mut event).unwrap();
            let Personal::Sealed(sealed) = text(&mut event) else { unreachable!() };
            tamper(sealed);
            vault.open(&mut event).unwrap();
            assert_eq!(*text(&mut event), Personal::Forgotten);
        };
        check(&mut vault, |sealed| sealed.of = person("bo"));
        check(&mut vault, |sealed| sealed.text.replace_range(0..2, "zz"));
        check(&mut vault, |sealed| sealed.text.truncate(10));
        check(&mut vault, |sealed| sealed.nonce.truncate(4));
    }

    #[test]
    fn hexadecimal_reads_back() {
        let bytes: Vec<u8> = (0..=255).collect();
        assert_eq!(from_hex(&to_hex(&bytes)), Some(bytes));
        assert_eq!(from_hex("abc"), None);
        assert_eq!(from_hex("zz"), None);
    }
}
