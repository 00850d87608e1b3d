//! What advocates are told, and what people are told of that.

use super::*;
use crate::domain::event::RefusedFor;
use crate::domain::refusal::Call;
use crate::message::{Queue, Queued, Unapproved, digest, review};

#[test]
fn relays_tell_the_advocate_who_said_what_and_what_to_do() {
    let cases = [
        ("ana", Said::Question, Some("Does this touch gift cards?")),
        ("ben", Said::Talk, None),
        ("dev", Said::Concern, Some("A deadline may double-charge.\nHave you asked the provider?")),
        ("ana", Said::Correction, Some("It was 13, one was a drill.")),
        ("noor", Said::Referral, Some("Mia decides that.")),
    ];
    let mut all = String::new();
    for (person, said, text) in cases {
        let story = Story::new().sent(MONDAY, person, Touch::Pitch, &[]).said(MONDAY, person, said, text);
        let relay = PostKey::Relay { of: Seq(3), to: person_id("priya") };
        let receipt = PostKey::Receipt { of: Seq(3), to: person_id(person) };
        let relay = composed(&program(), &story, &relay, MONDAY);
        let receipt = composed(&program(), &story, &receipt, MONDAY);
        all.push_str(&format!("━━━ {said:?}, to Priya: {}\n\n{}\n", relay.notification, to_text(&relay)));
        all.push_str(&format!("━━━ {said:?}, back: {}\n\n{}\n", receipt.notification, to_text(&receipt)));
    }
    insta::assert_snapshot!("relays", all);
}

#[test]
fn what_only_advocates_may_read_leaves_the_messages_of_whoever_is_none_any_more() {
    let of = Seq(3);
    let relay = PostKey::Relay { of, to: person_id("priya") };
    let story = Story::new()
        .sent(MONDAY, "dev", Touch::Pitch, &["checkout"])
        .said(MONDAY, "dev", Said::Concern, Some("A deadline may double-charge."))
        .posted(MONDAY, relay.clone());
    let reads = |program: &Program| to_text(&composed(program, &story, &relay, MONDAY));
    assert!(reads(&program()).contains("double-charge"));
    let mut another = program();
    another.admins.remove(&person_id("priya"));
    for initiative in &mut another.initiatives {
        initiative.advocates = vec![person_id("omar")];
    }
    let text = reads(&another);
    assert!(!text.contains("double-charge") && !text.contains("Dev"), "{text}");
}

#[test]
fn a_concern_can_be_settled_once() {
    let story = Story::new().sent(MONDAY, "dev", Touch::Pitch, &["checkout"]).said(
        MONDAY,
        "dev",
        Said::Concern,
        Some("no"),
    );
    let relay = PostKey::Relay { of: Seq(3), to: person_id("priya") };
    let before = composed(&program(), &story, &relay, MONDAY);
    assert_eq!(before.buttons[0].action, Action::ReleaseConcern);
    let (person, initiative, by) = (person_id("dev"), payments_id(), person_id("priya"));
    let quarter = "2027-Q1".parse().unwrap();
    let story = story.then(MONDAY, Event::ConcernReleased { person, initiative, quarter, by });
    let after = composed(&program(), &story, &relay, MONDAY);
    assert_eq!(after.buttons, []);
    assert_eq!(after.recorded.unwrap().plain(), "Settled: messages to Dev about this can go out again.");
}

#[test]
fn of_two_concerns_the_later_is_settled_under_its_own_message() {
    let concern = |story: Story, text| story.said(MONDAY, "dev", Said::Concern, Some(text));
    let story = Story::new().sent(MONDAY, "dev", Touch::Pitch, &["checkout"]);
    let story = concern(concern(story, "It may double-charge."), "And who is on call?");
    let reads =
        |of: Seq| composed(&program(), &story, &PostKey::Relay { of, to: person_id("priya") }, MONDAY);
    assert_eq!(reads(Seq(4)).buttons[0].action, Action::ReleaseConcern);
    let first = reads(Seq(3));
    assert_eq!(first.buttons, []);
    assert_eq!(
        first.recorded.unwrap().plain(),
        "Dev has said something else since. Once that is settled, messages to Dev about this can go out again."
    );
}

#[test]
fn words_that_were_deleted_are_not_relayed() {
    let event = Event::MessageReceived {
        person: person_id("ana"),
        initiative: None,
        said: Said::Question,
        text: Some(Personal::Forgotten),
        place: None,
        thread: None,
        referral: None,
    };
    let story = Story::new().then(MONDAY, event);
    let relay = composed(&program(), &story, &PostKey::Relay { of: Seq(1), to: person_id("priya") }, MONDAY);
    assert!(to_text(&relay).contains("Their words have been removed for good."));
}

#[test]
fn notices_say_what_happened_and_what_to_do() {
    let (initiative, quarter) = (payments_id(), "2027-Q1".parse().unwrap());
    let pause = |reason| Story::new().then(MONDAY, Event::PostingPaused { reason });
    let paused = || Notice::Paused { since: Seq(1) };
    let disagreement = Story::new().took(MONDAY, "ana", Stance::Committed, &["checkout"]).took(
        MONDAY,
        "ben",
        Stance::Declined,
        &["checkout"],
    );
    let unreachable = Story::new().sent(MONDAY, "ana", Touch::Pitch, &["checkout"]);
    let resumed = pause(PauseReason::Unproven).then(MONDAY, Event::PostingResumed { by: person_id("priya") });
    let cases = [
        ("unreachable", unreachable, Notice::Unreachable { person: person_id("ana"), again: None }),
        (
            "unknown",
            Story::new().sent(MONDAY, "ana", Touch::HeadsUp, &["checkout"]),
            Notice::Unknown { post: key("ana", Touch::HeadsUp).id() },
        ),
        ("late", Story::new(), Notice::Late { initiative: initiative.clone(), quarter }),
        (
            "disagreement",
            disagreement,
            Notice::Disagreement { initiative, team: team_id("checkout"), quarter, since: Seq(2) },
        ),
        ("paused, asked", pause(PauseReason::Asked { by: person_id("sam") }), paused()),
        ("paused, unproven", pause(PauseReason::Unproven), paused()),
        (
            "paused, configuration",
            pause(PauseReason::Configuration { code: "missing_scope".into() }),
            paused(),
        ),
        (
            "paused, the app is back",
            pause(PauseReason::Configuration { code: "token_revoked".into() })
                .then(MONDAY, Event::PauseLifted { since: Seq(1) }),
            Notice::Paused { since: Seq(2) },
        ),
        ("first start", pause(PauseReason::FirstStart { denied_by: None }), paused()),
        (
            "not the first start",
            pause(PauseReason::FirstStart { denied_by: Some(person_id("sam")) }),
            paused(),
        ),
        ("resumed", resumed, paused()),
    ];
    let mut all = String::new();
    for (title, story, notice) in cases {
        let key = PostKey::Notice { to: person_id("priya"), notice };
        let message = composed(&program(), &story, &key, MONDAY);
        all.push_str(&format!("━━━ {title}: {}\n\n{}\n", message.notification, to_text(&message)));
    }
    insta::assert_snapshot!("notices", all);
}

#[test]
fn what_was_refused_is_told_with_whom_it_cost_what_and_what_to_do() {
    let refused = |to: &str, touch: Touch| {
        let (key, teams) = (key(to, touch), vec![team_id("checkout")]);
        let (post, deadline) = (key.id(), at(MONDAY));
        let (because, code, version) =
            (RefusedFor::Content, "invalid_blocks".to_owned(), Some("0.1.0".to_owned()));
        [
            Event::PostIntended {
                key,
                attempt: 1,
                deadline,
                teams,
                audience: None,
                lists: Vec::new(),
                found_as: None,
            },
            Event::PostRefused { post, attempt: 1, because, code, version },
        ]
    };
    let told = |events: Vec<Event>, notice: Notice| {
        let story = events.into_iter().fold(Story::new(), |story, event| story.then(MONDAY, event));
        let key = PostKey::Notice { to: person_id("priya"), notice };
        to_text(&composed(&program(), &story, &key, MONDAY))
    };
    let check = |text: &str, words: &[&str]| {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for word in words {
            assert!(text.contains(word), "{word}: {text}");
        }
    };
    let content = || Notice::ContentRefused { since: Seq(2) };
    let both = || [refused("ana", Touch::Pitch), refused("ben", Touch::Pitch)].concat();
    check(
        &told(both(), content()),
        &["Slack refused two messages", "Ana", "refused (invalid_blocks)", "met @person"],
    );
    let again = [both(), vec![Event::ContentRetried { version: "0.2.0".to_owned() }]].concat();
    check(&told(again, content()), &["Ben", "being tried again"]);
    let calls = || Notice::CallsRefused { calls: Call::LookUp, since: Seq(1) };
    let refused = Event::CallsRefused { calls: Call::LookUp, code: "missing_scope".to_owned() };
    let words = ["doesn't let me look up whether a message arrived (missing_scope)", "canvass doctor"];
    check(&told(vec![refused.clone()], calls()), &words);
    let taken = Event::CallsTaken { calls: Call::LookUp };
    check(&told(vec![refused, taken], calls()), &["lets me look up whether a message arrived again"]);
    let paused = Event::PostingPaused { reason: PauseReason::Configuration { code: "invalid_auth".into() } };
    let lifted = Event::PauseLifted { since: Seq(1) };
    let words = ["Nothing could be sent for", "(invalid_auth)", "It's over"];
    check(&told(vec![paused, lifted], Notice::Interrupted { since: Seq(1) }), &words);
}

fn flowing(message: &Message) -> String {
    to_text(message).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_digest_says_what_nobody_approved() {
    let (program, payments, to) = (program(), payments_id(), person_id("priya"));
    let state = Story::new().took(MONDAY, "ana", Stance::Declined, &["checkout"]).state();
    let queued = |person: &str, expires: &str| Queued {
        delivery: key(person, Touch::HeadsUp).delivery().unwrap().clone(),
        due: at("2026-12-04T08:00:00Z"),
        expires: at(expires),
    };
    let reads = |waiting: &[Queued], lapsed: usize| {
        let queue = Queue { initiative: &payments, waiting, until: Some(at("2026-12-10T00:00:00Z")) };
        let unapproved = [Unapproved { queue, lapsed }];
        let seen = Observations::default();
        let now = at("2026-12-08T09:00:00Z");
        flowing(&digest(&program, &state, &seen, &to, &unapproved, now).unwrap())
    };
    let (soon, later) = (queued("ana", "2026-12-09T08:00:00Z"), queued("ben", "2026-12-20T08:00:00Z"));
    let text = reads(&[soon, later], 3);
    let expected = "Two messages wait for your approval. One of them can only be sent until Wed 9 Dec 08:00, your time. Three \
        messages were not sent: nobody approved them in time. Approve them in App Home, or with /canvass approve.";
    assert!(text.contains(expected), "{text}");
    let text = reads(&[], 1);
    assert!(text.contains("One message was not sent: nobody approved it in time."), "{text}");
    assert!(!text.contains("Approve them"), "{text}");
    assert!(!reads(&[], 0).contains("Not approved"));
}

#[test]
fn a_list_says_when_several_of_its_messages_are_to_one_person() {
    let queued = |person: &str, touch| Queued {
        delivery: key(person, touch).delivery().unwrap().clone(),
        due: at("2026-12-04T08:00:00Z"),
        expires: at("2026-12-09T08:00:00Z"),
    };
    let (ana, ben) = (queued("ana", Touch::HeadsUp), queued("ben", Touch::HeadsUp));
    let reads = |waiting: &[Queued]| {
        let (initiative, seen, to) = (payments_id(), Observations::default(), person_id("priya"));
        let of = Queue { initiative: &initiative, waiting, until: None };
        let now = at("2026-12-03T09:00:00Z");
        flowing(&review(&program(), &Story::new().state(), &seen, of, &to, now).unwrap())
    };
    let crowded = |text: &str| text.contains("nobody is written to too often");
    assert!(!crowded(&reads(&[ana.clone(), ben.clone()])));
    let text = reads(&[ana, ben, queued("ana", Touch::Pitch)]);
    let expected = "Three messages about “A time limit on payment calls” wait for your approval. They are to two people, and nobody is \
        written to too often: some that you approve may never go. Without it they don't go.";
    assert!(text.contains(expected), "{text}");
}

#[test]
fn the_digest_says_why_somebody_said_no_as_long_as_their_words_can_be_read() {
    let (person, initiative, quarter) = (person_id("ana"), payments_id(), "2027-Q1".parse().unwrap());
    let reason = Personal::new(person_id("ana"), "The quarter is full.");
    let story = Story::new()
        .took(MONDAY, "ana", Stance::Declined, &["checkout"])
        .then(MONDAY, Event::ReasonGiven { person, initiative, quarter, reason, follow_up: false });
    let key = PostKey::Digest { to: person_id("priya"), on: "2026-12-08".parse().unwrap() };
    let reads = |story: &Story| flowing(&composed(&program(), story, &key, "2026-12-08T09:00:00Z"));
    let text = reads(&story);
    assert!(text.contains("(product manager, Checkout): not this quarter. “The quarter is full.”"), "{text}");
    let before = at("2026-12-08T00:00:00Z");
    let expired = Event::WordsExpired { before, unanswerable: Default::default(), keys: Vec::new() };
    let text = reads(&story.then("2026-12-08T08:00:00Z", expired));
    assert!(text.contains("not this quarter") && !text.contains('“'), "{text}");
}

#[test]
fn a_reason_that_comes_after_the_digest_that_told_the_answer_is_told_in_the_next() {
    let digest = |on: &str| PostKey::Digest { to: person_id("priya"), on: on.parse().unwrap() };
    let (person, initiative, quarter) = (person_id("ana"), payments_id(), "2027-Q1".parse().unwrap());
    let reason = Personal::new(person_id("ana"), "The quarter is full.");
    let told = Story::new()
        .took(MONDAY, "ana", Stance::Declined, &["checkout"])
        .posted("2026-12-08T09:00:00Z", digest("2026-12-08"));
    let next = "2026-12-09T09:00:00Z";
    let reads = |story: &Story| flowing(&composed(&program(), story, &digest("2026-12-09"), next));
    let text = reads(&told);
    assert!(!text.contains("not this quarter"), "told before: {text}");
    let since = told.state().person(&person_id("priya")).unwrap().digest;
    let said = Event::ReasonGiven { person, initiative, quarter, reason, follow_up: false };
    let story = told.then("2026-12-08T12:00:00Z", said);
    assert!(reads(&story).contains("not this quarter. “The quarter is full.”"), "{}", reads(&story));
    let any = crate::domain::changes::any_news;
    assert!(any(&program(), &story.state(), &person_id("priya"), since.unwrap().0, at(next)));
}
