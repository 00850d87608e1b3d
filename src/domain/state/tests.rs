//! What records mean, told as short stories.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::domain::booking::{By, Subject, Via};
use crate::domain::effect::DeliveryKey;
use crate::domain::event::{Event, Renames};

mod words;

fn person(id: &str) -> PersonId {
    PersonId::parse(id).unwrap()
}

fn initiative(id: &str) -> InitiativeId {
    InitiativeId::parse(id).unwrap()
}

fn quarter() -> Quarter {
    "2027-Q1".parse().unwrap()
}

fn ts(text: &str) -> MessageTs {
    MessageTs::parse(text).unwrap()
}

fn dm(text: &str) -> SlackChannelId {
    SlackChannelId::parse(text).unwrap()
}

fn delivery(touch: Touch) -> DeliveryKey {
    let (person, initiative, quarter) = (person("ana"), initiative("payments"), quarter());
    DeliveryKey { person, initiative, quarter, touch, occurrence: None }
}

/// A journal that is told line by line.
#[derive(Default)]
struct Story(State);

impl Story {
    fn says(&mut self, event: Event) -> Seq {
        let at = Timestamp::from_second(1_780_000_000 + i64::try_from(self.0.head.0).unwrap()).unwrap();
        self.0.apply(&Record { seq: self.0.head.next(), at, cause: None, event });
        self.0.head
    }

    fn sends(&mut self, key: PostKey) -> PostId {
        let post = key.id();
        let deadline = Timestamp::UNIX_EPOCH;
        let teams = vec![TeamId::parse("checkout").unwrap()];
        let audience = Some(Audience::Product);
        self.says(Event::PostIntended {
            key,
            attempt: 1,
            deadline,
            teams,
            audience,
            lists: Vec::new(),
            found_as: None,
        });
        let place = format!("{}.000100", self.0.head);
        self.says(Event::PostSent { post, attempt: 1, channel: dm("D1"), ts: ts(&place), former: None });
        post
    }

    fn asks(&mut self, about: Option<&str>, place: &str) -> Seq {
        self.says(Event::MessageReceived {
            person: person("ana"),
            initiative: about.map(initiative),
            said: Said::Question,
            text: Some(Personal::new(person("ana"), "Why now?")),
            place: Some((dm("D1"), ts(place))),
            thread: None,
            referral: None,
        })
    }

    fn is_outdated(&self, post: PostId) -> bool {
        self.0.outdated.contains(&post)
    }
}

#[test]
fn an_attempt_is_settled_once_and_a_later_word_changes_nothing() {
    let mut story = Story::default();
    let post = story.sends(PostKey::Touch(delivery(Touch::Pitch)));
    story.says(Event::PostAbsent { post, attempt: 1, strange: false, blind: false });
    story.says(Event::PostUnknown { post, attempt: 1 });
    assert!(matches!(story.0.post(post).unwrap().phase, Phase::Sent { .. }));
    let key = PostKey::Touch(delivery(Touch::Pitch));
    let (deadline, teams) = (Timestamp::UNIX_EPOCH, Vec::new());
    story.says(Event::PostIntended {
        key,
        attempt: 2,
        deadline,
        teams,
        audience: None,
        lists: Vec::new(),
        found_as: None,
    });
    assert_eq!(story.0.post(post).unwrap().attempt, 1, "what was sent is not sent again");
}

#[test]
fn an_answer_makes_every_message_of_the_campaign_outdated_until_it_is_shown() {
    let mut story = Story::default();
    let (heads_up, pitch) = (
        story.sends(PostKey::Touch(delivery(Touch::HeadsUp))),
        story.sends(PostKey::Touch(delivery(Touch::Pitch))),
    );
    let taken = story.says(Event::StanceTaken {
        person: person("ana"),
        initiative: initiative("payments"),
        teams: vec![TeamId::parse("checkout").unwrap()],
        quarter: quarter(),
        stance: Stance::Committed,
        how: How::Clicked,
    });
    assert!(story.is_outdated(heads_up) && story.is_outdated(pitch));
    story.says(Event::PostShown { post: pitch, through: taken });
    assert!(story.is_outdated(heads_up) && !story.is_outdated(pitch));
}

#[test]
fn a_question_counts_as_engagement_once_it_is_known_what_it_is_about() {
    let mut story = Story::default();
    story.sends(PostKey::Touch(delivery(Touch::Pitch)));
    let question = story.asks(None, "5.000100");
    let engaged = |story: &Story| {
        story.0.engagement(&person("ana"), &initiative("payments"), quarter()).unwrap().is_engaged()
    };
    assert!(!engaged(&story));
    story.says(Event::QuestionPlaced { question, initiative: Some(initiative("payments")) });
    assert!(engaged(&story));
    story.says(Event::QuestionPlaced { question, initiative: Some(initiative("flags")) });
    assert_eq!(
        story.0.questions[&question].initiative,
        Some(initiative("payments")),
        "the first choice stands"
    );
}

#[test]
fn what_is_found_again_after_a_restore_is_brought_up_to_date() {
    let mut story = Story::default();
    let of = story.asks(Some("payments"), "5.000100");
    let to = person("priya");
    let digest = PostKey::Digest { to: to.clone(), on: jiff::civil::date(2026, 11, 30) };
    // Whether a call was made for it; a post that is found again was there before its intent.
    let mut check = |key: PostKey, called: bool, outdated: bool| {
        let post = story.0.id_of(&key);
        let what = format!("{key:?}, called {called}");
        let deadline = Timestamp::from_second(if called { 1_780_009_000 } else { 1_780_000_000 }).unwrap();
        let found_as = story.0.named_in_intent(post, &key);
        let teams = Vec::new();
        story.says(Event::PostIntended {
            key,
            attempt: 1,
            deadline,
            teams,
            audience: None,
            lists: Vec::new(),
            found_as,
        });
        let sent = story.says(Event::PostSent {
            post,
            attempt: 1,
            channel: dm("D2"),
            ts: ts("1779999000.000100"),
            former: None,
        });
        assert_eq!(story.is_outdated(post), outdated, "{what}");
        let known = story.0.post(post).unwrap();
        assert_eq!((known.changed, known.shown < known.changed), (sent, outdated), "{what}");
        story.says(Event::PostShown { post, through: sent });
        assert!(!story.is_outdated(post), "{what}");
    };
    check(PostKey::Relay { of, to: to.clone() }, false, true);
    check(PostKey::Overdue { of, to: to.clone() }, true, false);
    check(PostKey::Receipt { of, to: person("ana") }, false, true);
    check(PostKey::Touch(delivery(Touch::Pitch)), false, true);
    check(PostKey::Touch(delivery(Touch::Reminder)), true, false);
    check(PostKey::Rehearsal { to, delivery: delivery(Touch::Pitch) }, false, false);
    check(digest, false, false);
}

#[test]
fn the_same_moment_is_not_the_same_record() {
    let mut news = News::default();
    let (about, at) = (initiative("payments"), Timestamp::from_second(1_780_000_000).unwrap());
    news.note(Some(&about), Seq(5), at);
    assert!(news.any(Some(&about), Seq(4), at) && !news.any(Some(&about), Seq(5), at));
    news.note(Some(&about), Seq(7), at);
    assert!(news.any(Some(&about), Seq(5), at) && !news.any(Some(&about), Seq(7), at));
    assert!(!news.any(Some(&about), Seq(5), at - SignedDuration::from_secs(1)), "not up to then");
}

#[test]
fn whatever_happens_to_a_question_shows_in_the_messages_about_it() {
    let mut story = Story::default();
    let question = story.asks(Some("payments"), "5.000100");
    let receipt = story.sends(PostKey::Receipt { of: question, to: person("ana") });
    let relay = story.sends(PostKey::Relay { of: question, to: person("priya") });
    let check = |story: &mut Story, event: Event| {
        let seq = story.says(event);
        assert!(story.is_outdated(receipt) && story.is_outdated(relay), "after record {seq}");
        for post in [receipt, relay] {
            story.says(Event::PostShown { post, through: seq });
        }
        assert!(!story.is_outdated(receipt) && !story.is_outdated(relay));
        seq
    };
    let text = |text: &str| Personal::new(person("ana"), text);
    check(&mut story, Event::MessageEdited { person: person("ana"), of: question, text: text("Why Q1?") });
    let answer = check(
        &mut story,
        Event::QuestionAnswered {
            question,
            by: person("priya"),
            answer: text("Because plans freeze."),
            place: Some((dm("D9"), ts("7.000100"))),
        },
    );
    let passed_on = story.sends(PostKey::Answer { of: answer, to: person("ana") });
    check(&mut story, Event::AnswerRated { question, helped: true });
    let corrected =
        Event::MessageEdited { person: person("priya"), of: answer, text: text("They freeze soon.") };
    check(&mut story, corrected);
    assert!(story.is_outdated(passed_on), "the copy of an answer follows it");
    check(&mut story, Event::MessageDeleted { person: person("ana"), of: question });
    assert!(story.0.received[&question].withdrawn);
}

#[test]
fn what_was_typed_is_found_by_its_place_and_a_post_by_its_own() {
    let mut story = Story::default();
    let question = story.asks(Some("payments"), "5.000100");
    assert_eq!(story.0.typed_at(&dm("D1"), &ts("5.000100")), Some(question));
    assert_eq!(story.0.typed_at(&dm("D2"), &ts("5.000100")), None);
    let relay = story.sends(PostKey::Relay { of: question, to: person("priya") });
    let place = story.0.post(relay).unwrap().place().unwrap().1.clone();
    assert_eq!(story.0.post_at(&dm("D1"), &place).map(|(id, _)| id), Some(relay));
    let touch = story.sends(PostKey::Touch(delivery(Touch::Pitch)));
    let place = story.0.post(touch).unwrap().place().unwrap().1.clone();
    assert!(story.0.post_at(&dm("D1"), &place).is_none(), "campaign messages are found by their delivery");
}

#[test]
fn a_correction_reaches_every_copy_and_a_recall_can_be_undone() {
    let mut story = Story::default();
    let pitch = story.sends(PostKey::Touch(delivery(Touch::Pitch)));
    let (about, by) = (initiative("payments"), person("priya"));
    let what = Personal::new(by.clone(), "14 incidents, not 41");
    story.says(Event::Corrected { initiative: about.clone(), quarter: quarter(), by: by.clone(), what });
    assert!(story.is_outdated(pitch));
    let recalled = |recalled| Event::Recalled {
        initiative: initiative("payments"),
        quarter: quarter(),
        by: person("priya"),
        recalled,
    };
    story.says(recalled(true));
    let recalled_by = |story: &Story| {
        let campaign = story.0.campaign(&initiative("payments"), quarter()).unwrap();
        campaign.recalled.as_ref().map(|(by, _)| by.clone())
    };
    assert_eq!(recalled_by(&story), Some(by));
    story.says(recalled(false));
    assert_eq!(recalled_by(&story), None);
    assert_eq!(story.0.campaign(&about, quarter()).unwrap().corrections.len(), 1);
}

#[test]
fn renaming_keeps_what_was_decided_and_the_id_of_what_was_sent() {
    let mut story = Story::default();
    let pitch = story.sends(PostKey::Touch(delivery(Touch::Pitch)));
    let judged = Event::DeliveryJudged {
        delivery: delivery(Touch::Reminder),
        verdict: Verdict::Held,
        by: person("priya"),
    };
    story.says(judged);
    let renamed = Renames {
        initiatives: [(initiative("payments"), initiative("payment-deadlines"))].into(),
        people: [(person("ana"), person("ana-souza")), (person("priya"), person("priya-raman"))].into(),
        ..Renames::default()
    };
    let digest = ConfigDigest("0".repeat(64));
    story.says(Event::ConfigAdopted {
        digest,
        initiatives: Vec::new(),
        renamed,
        quarters: Default::default(),
    });
    let engagement =
        story.0.engagement(&person("ana-souza"), &initiative("payment-deadlines"), quarter()).unwrap();
    let held = &engagement.verdicts[&(Touch::Reminder, None)];
    assert_eq!((held.verdict, held.by.clone()), (Verdict::Held, person("priya-raman")));
    let key = PostKey::Touch(DeliveryKey {
        person: person("ana-souza"),
        initiative: initiative("payment-deadlines"),
        ..delivery(Touch::Pitch)
    });
    assert_ne!(key.id(), pitch);
    assert_eq!(story.0.resolve(key.id()), pitch);
}

#[test]
fn what_a_backup_doesnt_know_is_looked_for_under_every_id_that_it_may_have_and_found_under_one() {
    let mut story = Story::default();
    let renames =
        |old: &str, new: &str| Renames { people: [(person(old), person(new))].into(), ..Renames::default() };
    let adopts = |renamed| Event::ConfigAdopted {
        digest: ConfigDigest("0".repeat(64)),
        initiatives: Vec::new(),
        renamed,
        quarters: Default::default(),
    };
    let of = |who: &str| PostKey::Touch(DeliveryKey { person: person(who), ..delivery(Touch::Pitch) });
    story.says(adopts(renames("ana", "ana-souza")));
    let both = Renames {
        initiatives: [(initiative("payments"), initiative("payment-deadlines"))].into(),
        ..renames("ana-souza", "ana-maria")
    };
    story.says(adopts(both));
    let key = PostKey::Touch(DeliveryKey {
        person: person("ana-maria"),
        initiative: initiative("payment-deadlines"),
        ..delivery(Touch::Pitch)
    });
    assert_eq!(story.0.ids_before(&key), [key.id(), of("ana-souza").id(), of("ana").id()]);

    let found_as = Some(of("ana").id());
    let (deadline, teams, audience) = (Timestamp::UNIX_EPOCH, vec![], None);
    story.says(Event::PostIntended {
        key: key.clone(),
        attempt: 1,
        deadline,
        teams,
        audience,
        lists: Vec::new(),
        found_as,
    });
    assert_eq!(story.0.id_of(&key), of("ana").id());
    assert!(story.0.post_of(&key).is_some());
    assert_eq!(story.0.ids_before(&key)[0], of("ana").id());
}

#[test]
fn a_refused_configuration_is_forgotten_once_one_is_adopted() {
    let mut story = Story::default();
    let digest = ConfigDigest("1".repeat(64));
    let places = vec!["people.toml:3:1 unknown-key".to_owned()];
    story.says(Event::ConfigRefused { digest: digest.clone(), faults: 1, places });
    assert_eq!(story.0.refused_config.as_ref().map(|refused| refused.faults), Some(1));
    let renamed = Renames::default();
    story.says(Event::ConfigAdopted {
        digest,
        initiatives: Vec::new(),
        renamed,
        quarters: Default::default(),
    });
    assert_eq!(story.0.refused_config, None);
}

fn books(story: &mut Story, guest: &str, starts: &str, via: Via) -> Seq {
    story.says(Event::SlotBooked {
        guest: person(guest),
        host: person("priya"),
        starts: starts.parse().unwrap(),
        minutes: 30,
        subject: Some(Subject { initiative: initiative("payments"), quarter: quarter() }),
        topic: None,
        via,
    })
}

#[test]
fn time_of_a_host_is_sold_once() {
    let mut story = Story::default();
    let first = books(&mut story, "ana", "2026-12-15T15:00:00Z", Via::Slack);
    for overlapping in ["2026-12-15T15:00:00Z", "2026-12-15T15:29:00Z", "2026-12-15T14:31:00Z"] {
        let second = books(&mut story, "ben", overlapping, Via::Slack);
        assert!(!story.0.bookings.contains_key(&second), "{overlapping} is taken");
    }
    let after = books(&mut story, "ben", "2026-12-15T15:30:00Z", Via::Slack);
    assert!(story.0.bookings.contains_key(&after), "the next one begins where the first one ends");
    let moves = |story: &mut Story, starts: &str, by| {
        let starts = starts.parse().unwrap();
        story.says(Event::BookingMoved {
            booking: after,
            host: person("priya"),
            starts,
            minutes: 30,
            by,
            via: None,
        });
    };
    moves(&mut story, "2026-12-15T15:10:00Z", By::Person(person("ben")));
    assert_eq!(story.0.bookings[&after].slot.starts, "2026-12-15T15:30:00Z".parse().unwrap(), "still taken");
    story.says(Event::BookingCancelled { booking: first, by: By::Person(person("ana")) });
    moves(&mut story, "2026-12-15T15:10:00Z", By::Person(person("ben")));
    assert_eq!(story.0.bookings[&after].slot.starts, "2026-12-15T15:10:00Z".parse().unwrap(), "given back");
}

#[test]
fn what_became_of_a_booking_is_settled_once() {
    let mut story = Story::default();
    let booking = books(&mut story, "ana", "2026-12-15T15:00:00Z", Via::Slack);
    story.says(Event::BookingCancelled { booking, by: By::Person(person("ana")) });
    story.says(Event::BookingCancelled { booking, by: By::Person(person("priya")) });
    story.says(Event::BookingClosed { booking, by: person("priya"), met: true, note: None });
    let state = &story.0.bookings[&booking];
    assert_eq!(state.standing, Standing::Cancelled { by: By::Person(person("ana")) });
    assert_eq!(state.changes.len(), 2, "nobody is told twice");
    assert!(story.0.engagement(&person("ana"), &initiative("payments"), quarter()).is_none());
}

#[test]
fn a_booking_that_was_kept_is_a_conversation_and_a_no_show_is_none() {
    for met in [true, false] {
        let mut story = Story::default();
        let booking = books(&mut story, "ana", "2026-12-15T15:00:00Z", Via::Slack);
        story.says(Event::BookingClosed { booking, by: person("priya"), met, note: None });
        let engagement = story.0.engagement(&person("ana"), &initiative("payments"), quarter());
        assert_eq!(engagement.is_some_and(Engagement::is_engaged), met);
    }
}

#[test]
fn a_booking_keeps_its_name_in_calendars_whatever_happens_to_it() {
    let mut story = Story::default();
    let booking = books(&mut story, "ana", "2026-12-15T15:00:00Z", Via::Slack);
    let uid = story.0.bookings[&booking].uid.clone();
    let starts = "2026-12-17T16:30:00Z".parse().unwrap();
    let by = By::Person(person("ana"));
    story.says(Event::BookingMoved { booking, host: person("omar"), starts, minutes: 30, by, via: None });
    let mut renamed = Renames::default();
    renamed.people.insert(person("ana"), person("ana-souza"));
    renamed.initiatives.insert(initiative("payments"), initiative("deadlines"));
    story.says(Event::ConfigAdopted {
        digest: ConfigDigest("2".into()),
        initiatives: vec![initiative("deadlines")],
        renamed,
        quarters: Default::default(),
    });
    let state = &story.0.bookings[&booking];
    assert_eq!((&state.uid, &state.guest), (&uid, &person("ana-souza")));
    assert_eq!(state.subject.as_ref().unwrap().initiative, initiative("deadlines"));
    assert!(story.0.is_taken(&person("omar"), &state.slot.stretch(), None));
    assert!(!story.0.is_taken(&person("priya"), &state.slot.stretch(), None));
}

#[test]
fn what_was_typed_is_known_for_as_long_as_it_may_be_looked_for() {
    let cause = Cause::Message(dm("D1"), ts("5.000100"));
    let click = Cause::Click(SlackUserId::parse("U1").unwrap(), "1.0".to_owned());
    let paused = |seq: u64, days: i64, cause: Option<Cause>| Record {
        seq: Seq(seq),
        at: Timestamp::from_second(1_780_000_000).unwrap() + SignedDuration::from_hours(24 * days),
        cause,
        event: Event::PostingResumed { by: person("priya") },
    };
    let change = Cause::Edit(dm("D1"), ts("5.000100"), ts("6.000000"));
    let mut state = State::default();
    state.apply(&paused(1, 0, Some(cause.clone())));
    state.apply(&paused(2, 0, Some(click.clone())));
    state.apply(&paused(3, 0, Some(change.clone())));
    state.apply(&paused(4, 15, Some(Cause::Event("Ev1".to_owned()))));
    assert!(state.knows(&cause) && state.knows(&change), "an outage of a fortnight is looked through");
    assert!(!state.knows(&click), "Slack gave up on it long ago");
    state.apply(&paused(5, 17, Some(Cause::Event("Ev2".to_owned()))));
    assert!(!state.knows(&cause) && !state.knows(&change));
}

#[test]
fn what_a_reader_did_is_shown_before_what_changed_later_and_that_before_what_changed_first() {
    let mut story = Story::default();
    let touch = |to: &str| PostKey::Touch(DeliveryKey { person: person(to), ..delivery(Touch::Pitch) });
    let posts: Vec<PostId> = ["ana", "ben", "cid", "dia"].map(|to| story.sends(touch(to))).into();
    let slack = |to: &str| SlackUserId::parse(&format!("U{}", to.to_uppercase())).unwrap();
    story.says(Event::PersonLinked {
        person: person("cid"),
        slack: slack("cid"),
        proof: None,
        replaces: None,
    });
    let confirmed = |to: &str| Event::HeadsUpConfirmed {
        person: person(to),
        initiative: initiative("payments"),
        quarter: quarter(),
    };
    let at = Timestamp::from_second(1_790_000_000).unwrap();
    let cause = Some(Cause::Click(slack("cid"), "1.1".to_owned()));
    story.0.apply(&Record { seq: story.0.head.next(), at, cause, event: confirmed("cid") });
    let recalled = |recalled| Event::Recalled {
        initiative: initiative("payments"),
        quarter: quarter(),
        by: person("priya"),
        recalled,
    };
    story.says(recalled(true));
    story.says(confirmed("dia"));
    let order: Vec<PostId> = story.0.to_refresh().into_iter().map(|(post, _)| post).collect();
    assert_eq!(order[..2], [posts[2], posts[3]]);
    let mut rest = posts[..2].to_vec();
    rest.sort_unstable();
    assert_eq!(order[2..], rest);
    let through = story.0.head;
    story.says(Event::PostShown { post: posts[2], through });
    assert!(!story.0.awaited.contains(&posts[2]));
}
