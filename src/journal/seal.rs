//! Free text on its way into the journal and back.
//!
//! Invariant: text is sealed with the key that the person whom `Personal` names has for the quarter in which
//! it is recorded, under a nonce that is never used again (24 random bytes), bound to that person's id and
//! the quarter. Without the key it reads back as forgotten, also when a later key has taken the lost one's
//! place.

use std::path::Path;

use chacha20poly1305::XNonce;
use chacha20poly1305::aead::{Aead, Payload};
use jiff::Timestamp;

use super::errors::StorageError;
use super::key_store::KeyFolder;
use super::keys::{Key, KeyError, KeyRing};
use super::marking::Marking;
use super::root::RootKeys;
use crate::clock::Clock;
use crate::domain::event::Event;
use crate::domain::hex::{from_hex, from_hex_exactly, to_hex};
use crate::domain::personal::{Personal, Sealed};
use crate::domain::state::quarter_of_words;

const NONCE_LENGTH: usize = 24;

/// The keys of a data folder, to seal and to open with.
#[derive(Debug)]
pub struct Vault {
    pub(super) keys: KeyRing,
}

impl Vault {
    /// The vault of the data folder `data`, under the root key of its own.
    pub fn of(data: &Path) -> Self {
        Self::under(data, RootKeys::default())
    }

    /// The vault of the data folder `data`, under the root key that is given.
    pub fn under(data: &Path, root: RootKeys) -> Self {
        Self { keys: KeyRing::new(Box::new(KeyFolder::new(super::folder::keys(data))), root) }
    }

    /// The same vault, whose keys and nonces are drawn from `clock` and not from the system.
    pub(super) fn drawing_from(mut self, clock: Clock) -> Self {
        self.keys.clock = clock;
        self
    }

    /// Checks the root key before anything is read with it, changes it if it is to be changed, and wraps
    /// what isn't wrapped. `now` is calendar time.
    ///
    /// # Errors
    /// A root key is missing or another one than before, or a key can't be read or written.
    pub fn settle(&mut self, now: Timestamp) -> Result<(), KeyError> {
        self.keys.settle(quarter_of_words(now))
    }

    /// Seals the free text in `event`, if there is any that is readable; `at` is when it is recorded. A
    /// person's first text of a quarter makes their key for it, which is durable when this returns.
    pub fn seal(&mut self, event: &mut Event, at: Timestamp) -> Result<(), StorageError> {
        let Some(personal) = event.personal_mut() else { return Ok(()) };
        let Personal::Open { of, text } = personal else { return Ok(()) };
        let quarter = quarter_of_words(at);
        let key = self.keys.find_or_make(of, quarter)?;
        let mut nonce = [0; NONCE_LENGTH];
        self.keys.clock.entropy(&mut nonce)?;
        let mut sealed =
            Sealed { of: of.clone(), quarter: Some(quarter), nonce: to_hex(&nonce), text: String::new() };
        let bound = bound_to(&sealed);
        let payload = Payload { msg: text.as_bytes(), aad: bound.as_bytes() };
        // It fails only for texts of more than 256 GiB.
        *personal = match key.cipher().encrypt(&XNonce::from(nonce), payload) {
            Ok(ciphertext) => {
                sealed.text = to_hex(&ciphertext);
                Personal::Sealed(sealed)
            }
            Err(_) => Personal::Forgotten,
        };
        Ok(())
    }

    /// Opens the free text in `event`; without its key it is forgotten.
    pub fn open(&mut self, event: &mut Event) -> Result<(), KeyError> {
        let Some(personal) = event.personal_mut() else { return Ok(()) };
        let Personal::Sealed(sealed) = personal else { return Ok(()) };
        let text = self.keys.find(&sealed.of, sealed.quarter)?.iter().find_map(|key| open(key, sealed));
        *personal = text.map_or(Personal::Forgotten, |text| Personal::Open { of: sealed.of.clone(), text });
        Ok(())
    }

    /// What the key of the do-not-contact marks is sealed with.
    ///
    /// # Errors
    /// As for [`Vault::settle`].
    pub fn marking(&mut self) -> Result<Marking, KeyError> {
        let clock = self.keys.clock.clone();
        Ok(Marking::under(self.keys.roots()?.clone(), clock))
    }

    /// A secret of the service's own, called `name`, beside the keys of people. Asked for the first time it
    /// is made; it is durable when this returns.
    ///
    /// # Errors
    /// As for a person's key: the file is damaged, can't be read or written, or there is no randomness.
    pub fn own_secret(&mut self, name: &str) -> Result<[u8; 32], KeyError> {
        Ok(self.keys.secret(name)?.0)
    }
}

/// What a ciphertext is bound to.
fn bound_to(sealed: &Sealed) -> String {
    match sealed.quarter {
        Some(quarter) => format!("{} {quarter}", sealed.of),
        None => sealed.of.to_string(),
    }
}

fn open(key: &Key, sealed: &Sealed) -> Option<String> {
    let nonce: [u8; NONCE_LENGTH] = from_hex_exactly(&sealed.nonce)?;
    let ciphertext = from_hex(&sealed.text)?;
    let bound = bound_to(sealed);
    let payload = Payload { msg: ciphertext.as_slice(), aad: bound.as_bytes() };
    let text = key.cipher().decrypt(&XNonce::from(nonce), payload).ok()?;
    String::from_utf8(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::PersonId;

    const TEXT: &str = "We were paged eleven times; no.";

    fn person(id: &str) -> PersonId {
        PersonId::parse(id).unwrap()
    }

    fn at() -> Timestamp {
        "2026-12-31T23:59:59Z".parse().unwrap()
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
        Vault::of(home.path()).seal(&mut event, at()).unwrap();
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
        vault.seal(&mut first, at()).unwrap();
        vault.seal(&mut second, at()).unwrap();
        assert_ne!(first, second);
    }

    #[test]
    fn forgetting_one_person_forgets_what_they_wrote_and_nobody_else() {
        let home = tempfile::tempdir().unwrap();
        let mut vault = Vault::of(home.path());
        let (mut anas, mut bos) = (note("ana"), note("bo"));
        vault.seal(&mut anas, at()).unwrap();
        vault.seal(&mut bos, at()).unwrap();
        let doomed = vault.keys.of(&[person("ana")]).unwrap();
        vault.keys.destroy(&doomed).unwrap();

        // A new text gets a new key, which doesn't open the old text.
        let mut later = note("ana");
        vault.seal(&mut later, at()).unwrap();
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
            vault.seal(&mut event, at()).unwrap();
            let Personal::Sealed(sealed) = text(&mut event) else { unreachable!() };
            tamper(sealed);
            vault.open(&mut event).unwrap();
            assert_eq!(*text(&mut event), Personal::Forgotten);
        };
        check(&mut vault, |sealed| sealed.of = person("bo"));
        check(&mut vault, |sealed| sealed.text.replace_range(0..2, "zz"));
        check(&mut vault, |sealed| sealed.text.truncate(10));
        check(&mut vault, |sealed| sealed.nonce.truncate(4));
        check(&mut vault, |sealed| sealed.quarter = None);
    }

    #[test]
    fn each_quarter_s_words_have_a_key_of_their_own() {
        let home = tempfile::tempdir().unwrap();
        let mut vault = Vault::of(home.path());
        let (mut before, mut after) = (note("ana"), note("ana"));
        vault.seal(&mut before, at()).unwrap();
        vault.seal(&mut after, "2027-01-01T00:00:00Z".parse().unwrap()).unwrap();
        let old = vault.keys.older_than("2027-Q1".parse().unwrap(), &[]).unwrap();
        vault.keys.destroy(&old).unwrap();
        vault.open(&mut before).unwrap();
        vault.open(&mut after).unwrap();
        assert_eq!(*text(&mut before), Personal::Forgotten);
        assert_eq!(after, note("ana"));
    }

    /// As the version did it that had one bare key per person: bound to the id alone.
    fn sealed_before(of: &str, key: Key) -> Event {
        let payload = Payload { msg: TEXT.as_bytes(), aad: of.as_bytes() };
        let text = key.cipher().encrypt(&XNonce::from([9; NONCE_LENGTH]), payload).unwrap();
        let (nonce, text) = (to_hex(&[9; NONCE_LENGTH]), to_hex(&text));
        let mut event = note(of);
        *self::text(&mut event) = Personal::Sealed(Sealed { of: person(of), quarter: None, nonce, text });
        event
    }

    #[test]
    fn what_an_earlier_version_sealed_is_read_before_and_after_its_key_is_wrapped() {
        let home = tempfile::tempdir().unwrap();
        let name = "efba2dc535e5453c7f7a5c953a3c8d070d01439496d3ec1b36cbf78a17075340";
        std::fs::create_dir(home.path().join("keys")).unwrap();
        std::fs::write(home.path().join("keys").join(name), [7; 32]).unwrap();
        let sealed = sealed_before("ana", Key([7; 32]));
        for settled in [false, true] {
            let mut vault = Vault::of(home.path());
            if settled {
                vault.settle(at()).unwrap();
            }
            let mut event = sealed.clone();
            vault.open(&mut event).unwrap();
            assert_eq!(event, note("ana"), "settled: {settled}");
        }
    }
}
