//! Ids that went out are never made anew, and every kind of post says what it is about.

use std::collections::BTreeSet;

use super::*;
use crate::domain::booking::{Ahead, Word};
use crate::domain::calendar::Quarter;
use crate::domain::engagement::Touch;
use crate::domain::event::{Event, Record, Renames};
use crate::domain::ids::{InitiativeId, MessageTs, PersonId, SlackChannelId};
use crate::domain::program::ConfigDigest;
use crate::domain::refusal::Call;
use crate::domain::state::State;

fn person(id: &str) -> PersonId {
    PersonId::parse(id).unwrap()
}

fn initiative() -> InitiativeId {
    InitiativeId::parse("payment-deadlines").unwrap()
}

fn quarter() -> Quarter {
    "2027-Q1".parse().unwrap()
}

fn delivery(touch: Touch) -> DeliveryKey {
    DeliveryKey {
        person: person("ana"),
        initiative: initiative(),
        quarter: quarter(),
        touch,
        occurrence: None,
    }
}

/// One post of each kind, each notice and each word about a booking, with its name, its record and its id.
fn one_of_each() -> Vec<(&'static str, PostKey, &'static str, &'static str)> {
    let (ana, priya) = (|| person("ana"), || person("priya"));
    let (of, since, on) = (Seq(41), Seq(42), "2026-12-07".parse().unwrap());
    let team = || TeamId::parse("checkout").unwrap();
    let notice = |notice| PostKey::Notice { to: priya(), notice };
    let booking = |word| PostKey::Booking { of, to: ana(), word };
    vec![
        (
            "touch",
            PostKey::Touch(delivery(Touch::Pitch)),
            r#"{"post":"touch","person":"ana","initiative":"payment-deadlines","quarter":"2027-Q1","touch":"pitch"}"#,
            "9ff5fb5708b31b4499d44f8c1fef4a83",
        ),
        (
            "touch on a day",
            PostKey::Touch(DeliveryKey { occurrence: Some(on), ..delivery(Touch::Reminder) }),
            r#"{"post":"touch","person":"ana","initiative":"payment-deadlines","quarter":"2027-Q1","touch":"reminder","occurrence":"2026-12-07"}"#,
            "57dbe1fc8b4f1fe6f4c101f7c1f32c42",
        ),
        (
            "relay",
            PostKey::Relay { of, to: priya() },
            r#"{"post":"relay","of":41,"to":"priya"}"#,
            "c286c207869860af2269e4cd25acb65d",
        ),
        (
            "receipt",
            PostKey::Receipt { of, to: ana() },
            r#"{"post":"receipt","of":41,"to":"ana"}"#,
            "6a49c0e56961699f5d3b1d0a7fd3b3b2",
        ),
        (
            "answer",
            PostKey::Answer { of, to: ana() },
            r#"{"post":"answer","of":41,"to":"ana"}"#,
            "a90511af363bd132947f554af596fe2d",
        ),
        (
            "overdue",
            PostKey::Overdue { of, to: priya() },
            r#"{"post":"overdue","of":41,"to":"priya"}"#,
            "cdb2800247f2d4bc46aae38a319f1b10",
        ),
        (
            "digest",
            PostKey::Digest { to: priya(), on },
            r#"{"post":"digest","to":"priya","on":"2026-12-07"}"#,
            "a471440e782b788df40131840777a774",
        ),
        (
            "review",
            PostKey::Review { to: priya(), initiative: initiative(), on },
            r#"{"post":"review","to":"priya","initiative":"payment-deadlines","on":"2026-12-07"}"#,
            "75f7c0b8a58549ca189a7fb2a531803c",
        ),
        (
            "rehearsal",
            PostKey::Rehearsal { to: priya(), delivery: delivery(Touch::Pitch) },
            r#"{"post":"rehearsal","to":"priya","delivery":{"person":"ana","initiative":"payment-deadlines","quarter":"2027-Q1","touch":"pitch"}}"#,
            "274d8158e49a807c48ee9ab138d9a000",
        ),
        (
            "booking told",
            booking(Word::Told { since }),
            r#"{"post":"booking","of":41,"to":"ana","about":"told","since":42}"#,
            "49755afd63895d5675431a60a9d0fe99",
        ),
        (
            "booking invitation",
            booking(Word::Invitation { since }),
            r#"{"post":"booking","of":41,"to":"ana","about":"invitation","since":42}"#,
            "60e96002f21a0258fe37213c1029463e",
        ),
        (
            "booking reminder, a day",
            booking(Word::Reminder { since, ahead: Ahead::Day }),
            r#"{"post":"booking","of":41,"to":"ana","about":"reminder","since":42,"ahead":"day"}"#,
            "2af26ee76dfccff088bdb18bd82162fb",
        ),
        (
            "booking reminder, minutes",
            booking(Word::Reminder { since, ahead: Ahead::Minutes }),
            r#"{"post":"booking","of":41,"to":"ana","about":"reminder","since":42,"ahead":"minutes"}"#,
            "2f3b1fd43edeee04466f1dbe86b6b375",
        ),
        (
            "booking aftermath",
            booking(Word::Aftermath),
            r#"{"post":"booking","of":41,"to":"ana","about":"aftermath"}"#,
            "bbd63fb67e782da476df7b564bfcbc14",
        ),
        (
            "vacancy",
            PostKey::Vacancy { of, to: ana() },
            r#"{"post":"vacancy","of":41,"to":"ana"}"#,
            "dd99537342cdc05e7ab469da48f37a4b",
        ),
        (
            "notice unreachable",
            notice(Notice::Unreachable { person: ana(), again: None }),
            r#"{"post":"notice","to":"priya","notice":"unreachable","person":"ana"}"#,
            "66e24c46c96fb870844bc31638fb7267",
        ),
        (
            "notice account",
            notice(Notice::Account { person: ana(), since }),
            r#"{"post":"notice","to":"priya","notice":"account","person":"ana","since":42}"#,
            "7675097f4fe9c2523c40b5dcc90a70a1",
        ),
        (
            "notice unknown",
            notice(Notice::Unknown { post: PostId::parse(&"07".repeat(16)).unwrap() }),
            r#"{"post":"notice","to":"priya","notice":"unknown","of":"07070707070707070707070707070707"}"#,
            "54c0c2a70c05f9c4e910bd695399d4e3",
        ),
        (
            "notice late",
            notice(Notice::Late { initiative: initiative(), quarter: quarter() }),
            r#"{"post":"notice","to":"priya","notice":"late","initiative":"payment-deadlines","quarter":"2027-Q1"}"#,
            "f8cea98e510f3b92a12d0b6f4526fefd",
        ),
        (
            "notice disagreement",
            notice(Notice::Disagreement {
                initiative: initiative(),
                team: team(),
                quarter: quarter(),
                since,
            }),
            r#"{"post":"notice","to":"priya","notice":"disagreement","initiative":"payment-deadlines","team":"checkout","quarter":"2027-Q1","since":42}"#,
            "ed2180aaadf2cc6d4d23bda329899681",
        ),
        (
            "notice paused",
            notice(Notice::Paused { since }),
            r#"{"post":"notice","to":"priya","notice":"paused","since":42}"#,
            "6cd9fca86b6b902729bc7aab2864fe38",
        ),
        (
            "notice config refused",
            notice(Notice::ConfigRefused { since }),
            r#"{"post":"notice","to":"priya","notice":"config_refused","since":42}"#,
            "aa419c7a93554036bb3a621425b10bf2",
        ),
        (
            "notice content refused",
            notice(Notice::ContentRefused { since }),
            r#"{"post":"notice","to":"priya","notice":"content_refused","since":42}"#,
            "f5a27271dbff7291930c17499eea013c",
        ),
        (
            "notice calls refused",
            notice(Notice::CallsRefused { calls: Call::LookUp, since }),
            r#"{"post":"notice","to":"priya","notice":"calls_refused","calls":"look_up","since":42}"#,
            "2d8dfd8622c61c347a5fd06178df3d1c",
        ),
        (
            "notice interrupted",
            notice(Notice::Interrupted { since }),
            r#"{"post":"notice","to":"priya","notice":"interrupted","since":42}"#,
            "804b7dd84f3ad8eedf7bbb7d0000b6d4",
        ),
        (
            "notice calendar fails",
            notice(Notice::CalendarFails { since }),
            r#"{"post":"notice","to":"priya","notice":"calendar_fails","since":42}"#,
            "d1220f13d07b950bd17bd2a4f8ad4326",
        ),
        (
            "notice entry refused",
            notice(Notice::EntryRefused { since }),
            r#"{"post":"notice","to":"priya","notice":"entry_refused","since":42}"#,
            "3754eff2c6593c9eb202720b31c3d232",
        ),
        (
            "notice no hours",
            notice(Notice::NoHours { initiative: initiative(), quarter: quarter() }),
            r#"{"post":"notice","to":"priya","notice":"no_hours","initiative":"payment-deadlines","quarter":"2027-Q1"}"#,
            "975124f8c75b3b3c756f6ebb78688fa5",
        ),
        (
            "notice hours taken",
            notice(Notice::HoursTaken { initiative: initiative(), quarter: quarter(), since }),
            r#"{"post":"notice","to":"priya","notice":"hours_taken","initiative":"payment-deadlines","quarter":"2027-Q1","since":42}"#,
            "82eed01028618e08c0b3b84370f9bcd9",
        ),
    ]
}

/// The name under which a key is in the table; a new kind needs an arm here and a line there.
fn name(key: &PostKey) -> &'static str {
    match key {
        PostKey::Touch(delivery) if delivery.occurrence.is_some() => "touch on a day",
        PostKey::Touch(_) => "touch",
        PostKey::Relay { .. } => "relay",
        PostKey::Receipt { .. } => "receipt",
        PostKey::Answer { .. } => "answer",
        PostKey::Overdue { .. } => "overdue",
        PostKey::Digest { .. } => "digest",
        PostKey::Review { .. } => "review",
        PostKey::Rehearsal { .. } => "rehearsal",
        PostKey::Booking { word, .. } => match word {
            Word::Told { .. } => "booking told",
            Word::Invitation { .. } => "booking invitation",
            Word::Reminder { ahead: Ahead::Day, .. } => "booking reminder, a day",
            Word::Reminder { ahead: Ahead::Minutes, .. } => "booking reminder, minutes",
            Word::Aftermath => "booking aftermath",
        },
        PostKey::Vacancy { .. } => "vacancy",
        PostKey::Notice { notice, .. } => match notice {
            Notice::Unreachable { .. } => "notice unreachable",
            Notice::Account { .. } => "notice account",
            Notice::Unknown { .. } => "notice unknown",
            Notice::Late { .. } => "notice late",
            Notice::Disagreement { .. } => "notice disagreement",
            Notice::Paused { .. } => "notice paused",
            Notice::ConfigRefused { .. } => "notice config refused",
            Notice::ContentRefused { .. } => "notice content refused",
            Notice::CallsRefused { .. } => "notice calls refused",
            Notice::Interrupted { .. } => "notice interrupted",
            Notice::CalendarFails { .. } => "notice calendar fails",
            Notice::EntryRefused { .. } => "notice entry refused",
            Notice::NoHours { .. } => "notice no hours",
            Notice::HoursTaken { .. } => "notice hours taken",
        },
    }
}

#[test]
fn the_id_of_a_post_never_changes() {
    // Messages already sent carry these ids: a change here would send them again.
    for (named, key, record, id) in one_of_each() {
        assert_eq!(name(&key), named);
        assert_eq!(serde_json::to_string(&key).unwrap(), record, "{named}");
        assert_eq!(serde_json::from_str::<PostKey>(record).unwrap(), key, "{named}");
        assert_eq!(key.id().to_string(), id, "{named}");
    }
    let ids: BTreeSet<_> = one_of_each().iter().map(|(.., id)| *id).collect();
    assert_eq!(ids.len(), one_of_each().len(), "no two kinds have the same id");
}

#[test]
fn ids_read_back_and_nothing_else_does() {
    let id = PostKey::Touch(delivery(Touch::Pitch)).id();
    assert_eq!(PostId::parse(&id.to_string()), Some(id));
    for bad in ["", "abc", "g0000000000000000000000000000000", "ABCDEF00000000000000000000000000"] {
        assert_eq!(PostId::parse(bad), None, "{bad}");
    }
}

/// Everything that the keys name is called something else.
fn everything_renamed() -> Renames {
    Renames {
        initiatives: [(initiative(), InitiativeId::parse("deadlines").unwrap())].into(),
        people: [(person("ana"), person("ana-souza")), (person("priya"), person("priya-raman"))].into(),
        teams: [(TeamId::parse("checkout").unwrap(), TeamId::parse("cart").unwrap())].into(),
    }
}

#[test]
fn whoever_and_whatever_a_post_names_is_renamed_in_it() {
    for (named, mut key, record, _) in one_of_each() {
        key.rename(&everything_renamed());
        let expected = record
            .replace(r#""ana""#, r#""ana-souza""#)
            .replace(r#""priya""#, r#""priya-raman""#)
            .replace("payment-deadlines", "deadlines")
            .replace("checkout", "cart");
        assert_eq!(serde_json::to_string(&key).unwrap(), expected, "{named}");
    }
}

/// A journal in which posts go out and things are renamed.
#[derive(Default)]
struct Story(State);

impl Story {
    fn says(&mut self, event: Event) {
        let at = Timestamp::from_second(1_780_000_000 + i64::try_from(self.0.head.0).unwrap()).unwrap();
        self.0.apply(&Record { seq: self.0.head.next(), at, cause: None, event });
    }

    /// Sends it, and tells the id under which it went out.
    fn sends(&mut self, key: &PostKey) -> PostId {
        let (post, deadline, audience) = (self.0.id_of(key), Timestamp::UNIX_EPOCH, None);
        self.says(Event::PostIntended {
            key: key.clone(),
            attempt: 1,
            deadline,
            teams: Vec::new(),
            audience,
            lists: Vec::new(),
            found_as: None,
        });
        let channel = SlackChannelId::parse("D1").unwrap();
        let ts = MessageTs::parse(&format!("{}.000100", self.0.head)).unwrap();
        self.says(Event::PostSent { post, attempt: 1, channel, ts, former: None });
        assert!(self.0.post_of(key).unwrap().place().is_some(), "{key:?} went out");
        post
    }

    fn renames(&mut self, renamed: Renames) {
        let digest = ConfigDigest("0".repeat(64));
        self.says(Event::ConfigAdopted {
            digest,
            initiatives: Vec::new(),
            renamed,
            quarters: Default::default(),
        });
    }
}

fn people_renamed<const N: usize>(people: [(&str, &str); N]) -> Renames {
    Renames { people: people.map(|(old, new)| (person(old), person(new))).into(), ..Renames::default() }
}

#[test]
fn a_post_of_any_kind_keeps_its_id_when_what_it_names_is_renamed() {
    for (named, mut key, ..) in one_of_each() {
        let mut story = Story::default();
        let went_out = story.sends(&key);
        story.renames(everything_renamed());
        key.rename(&everything_renamed());
        assert_ne!(key.id(), went_out, "{named}");
        assert_eq!(story.0.resolve(key.id()), went_out, "{named}");
        assert_eq!(story.0.id_of(&key), went_out, "{named}");
        assert!(story.0.post(went_out).unwrap().place().is_some(), "{named}");
        // A configuration that is read again renames again.
        story.renames(everything_renamed());
        assert_eq!(story.0.id_of(&key), went_out, "{named}, read again");
    }
}

#[test]
fn a_post_keeps_its_id_along_a_chain_of_names() {
    for (named, mut key, ..) in one_of_each() {
        let mut story = Story::default();
        let went_out = story.sends(&key);
        let chain = [
            people_renamed([("ana", "ana-b"), ("priya", "priya-b")]),
            people_renamed([("ana-b", "ana-c"), ("priya-b", "priya-c")]),
            // As a configuration says it that lists every former id.
            people_renamed([("ana", "ana-c"), ("ana-b", "ana-c"), ("priya-c", "priya-d")]),
        ];
        for renames in chain {
            story.renames(renames.clone());
            key.rename(&renames);
            assert_eq!(story.0.id_of(&key), went_out, "{named}");
        }
    }
}

#[test]
fn two_who_swap_their_ids_keep_their_own_posts() {
    let to = |id: &str| PostKey::Touch(DeliveryKey { person: person(id), ..delivery(Touch::Pitch) });
    let mut story = Story::default();
    let (to_ana, to_ben) = (story.sends(&to("ana")), story.sends(&to("ben")));
    story.renames(people_renamed([("ana", "ben"), ("ben", "ana")]));
    assert_eq!((story.0.id_of(&to("ben")), story.0.id_of(&to("ana"))), (to_ana, to_ben));
    // A button carries the id that went out.
    assert_eq!(story.0.post(to_ana).unwrap().key, to("ben"));
    assert_eq!(story.0.post(to_ben).unwrap().key, to("ana"));
}

#[test]
fn whoever_gets_the_former_id_of_somebody_gets_posts_of_their_own() {
    let to = |id: &str| PostKey::Touch(DeliveryKey { person: person(id), ..delivery(Touch::Pitch) });
    let mut story = Story::default();
    let first = story.sends(&to("ana"));
    story.renames(people_renamed([("ana", "ana-souza")]));
    assert!(story.0.post_of(&to("ana")).is_none(), "nothing went out to the Ana of today");
    let second = story.sends(&to("ana"));
    assert_ne!(first, second);
    assert_eq!(story.0.post(first).unwrap().key, to("ana-souza"));
    assert_eq!(story.0.post(second).unwrap().key, to("ana"));
    story.renames(people_renamed([("ana", "ana-lima")]));
    assert_eq!((story.0.id_of(&to("ana-souza")), story.0.id_of(&to("ana-lima"))), (first, second));
}

#[test]
fn two_who_turn_out_to_be_one_person_got_what_either_of_them_got() {
    let to = |id: &str| PostKey::Touch(DeliveryKey { person: person(id), ..delivery(Touch::Pitch) });
    for (sent_to, missed_by) in [("ana", "ana-old"), ("ana-old", "ana")] {
        let mut story = Story::default();
        let went_out = story.sends(&to(sent_to));
        story.says(Event::PostMissed { key: to(missed_by) });
        story.renames(people_renamed([("ana-old", "ana")]));
        assert_eq!(story.0.id_of(&to("ana")), went_out, "sent to {sent_to}");
    }
}

#[test]
fn only_what_names_a_record_from_after_a_restore_has_an_id_of_its_own_then() {
    let restored = |seq: u64, epoch: u8, from: u64| Record {
        seq: Seq(seq),
        at: jiff::Timestamp::UNIX_EPOCH,
        cause: None,
        event: Event::Restored { epoch: Epoch::new([epoch; 16]), from: Seq(from) },
    };
    let never = State::default();
    let once = State::of([&restored(31, 1, 30)]);
    let again = State::of([&restored(31, 2, 30)]);
    let twice = State::of([&restored(31, 1, 30), &restored(45, 3, 44)]);
    let receipt = |of| PostKey::Receipt { of: Seq(of), to: person("ana") };
    let told = PostKey::Booking { of: Seq(20), to: person("ana"), word: Word::Told { since: Seq(42) } };
    for key in [
        PostKey::Touch(delivery(Touch::Pitch)),
        receipt(30),
        PostKey::Digest { to: person("priya"), on: "2026-12-07".parse().unwrap() },
    ] {
        for state in [&never, &once, &again, &twice] {
            assert_eq!(state.id_of(&key), key.id(), "{key:?} means the same in every journal");
        }
    }
    for key in [receipt(32), told] {
        let ids = [&never, &once, &again].map(|state| state.id_of(&key));
        assert_eq!(BTreeSet::from(ids).len(), 3, "{key:?} names another record in each");
        assert_eq!(
            once.id_of(&key),
            twice.id_of(&key),
            "a later restore changes nothing that it carried over"
        );
    }
    assert_ne!(once.id_of(&receipt(46)), twice.id_of(&receipt(46)));
}

#[test]
fn what_may_have_gone_before_a_restore_is_known_by_what_it_names_and_when_it_was_due() {
    let at: jiff::Timestamp = "2026-12-07T09:00:00Z".parse().unwrap();
    let event = Event::Restored { epoch: Epoch::new([1; 16]), from: Seq(30) };
    let state = State::of([&Record { seq: Seq(31), at, cause: None, event }]);
    let receipt = |of| PostKey::Receipt { of: Seq(of), to: person("ana") };
    let hour = jiff::SignedDuration::from_hours(1);
    let check = |key: PostKey, due: jiff::Timestamp, may: bool| {
        assert_eq!(state.may_have_gone_before(&key, due), may, "{key:?} due {due}");
        assert!(!State::default().may_have_gone_before(&key, due));
    };
    check(receipt(30), at - hour, true);
    // Whoever asked may have said since that it is still open.
    check(receipt(30), at + hour, true);
    check(receipt(32), at - hour, false);
    let digest = PostKey::Digest { to: person("ana"), on: jiff::civil::date(2026, 12, 7) };
    check(digest.clone(), at - hour, true);
    check(digest, at + hour, false);
    check(PostKey::Touch(delivery(Touch::Pitch)), at - hour, true);
    // An advocate may have let it go early.
    check(PostKey::Touch(delivery(Touch::Pitch)), at + hour * 24 * 30, true);
}

#[test]
fn the_id_of_a_test_message_is_no_posts() {
    assert!(PostId::of_test([7; 8]).is_test());
    for (name, key, ..) in one_of_each() {
        assert!(!key.id().is_test(), "{name}");
    }
}
