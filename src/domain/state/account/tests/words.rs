//! What an advocate said of an account, and what becomes of that word and of doubts.

use super::*;
use crate::domain::state::SealedOtherwise;

/// Henrik gets the pitch, declines, asks, books, stops and waits for a slot; then somebody else is taken for him, of
/// whom Priya says whether he is the `same`, and who is found to be somebody else.
fn usurped(same: bool) -> (Story, PostId, PostId) {
    let mut story = Story::default();
    story.links("henrik", "U0HENRIK", None);
    let post = story.sends(&pitch("henrik"), "D0HENRIK");
    let reminder = PostKey::Touch(DeliveryKey { touch: Touch::Reminder, ..pitch_of("henrik") });
    let lost = story.intends(&reminder);
    story.says(Event::PostUnknown { post: lost, attempt: 1 });
    story.declines("henrik");
    story.asks("henrik");
    story.books("henrik", "priya", 0);
    story.stops("henrik");
    story.links("henrik", "U0NEW", Some(("U0HENRIK", Turn::Replaced)));
    story.confirms(same);
    story.asks("henrik");
    story.books("henrik", "priya", 1);
    // What he says over it is not Henrik's word.
    story.says(Event::StopUndone { person: person("henrik"), initiative: None });
    story.answers("henrik", Stance::Considering, How::Clicked);
    story.links("henrik", "U0RIGHT", Some(("U0NEW", Turn::Corrected)));
    (story, post, lost)
}

#[test]
fn a_word_about_a_wrong_account_is_taken_back_and_what_was_promised_before_it_holds() {
    for said in [true, false] {
        let (mut story, post, lost) = usurped(said);
        let henrik = story.known("henrik");
        assert!(henrik.stopped, "{said}: who stopped has stopped");
        assert_eq!(story.0.id_of(&pitch("henrik")), post, "{said}: never twice");
        let deliveries: Vec<PostId> = story.engagement("henrik").deliveries.values().copied().collect();
        assert_eq!(deliveries, [post, lost], "{said}: nor what may have arrived");
        assert_eq!(henrik.campaign.len(), 2, "{said}");
        assert!(story.engagement("henrik").stances.is_empty() && henrik.asked.is_empty(), "{said}");
        // Whether the right account is who had the first is asked anew.
        assert_eq!(waiting(&henrik), ["u0henrik"], "{said}");
        assert!(henrik.former.is_empty() && henrik.changed.unwrap().confirmed.is_none(), "{said}");
        let wrong = story.known("u0new");
        assert_eq!((wrong.asked.len(), wrong.bookings.len()), (1, 1), "{said}: what he did himself");
        assert_eq!(story.engagement("u0new").stance().unwrap().stance, Stance::Considering, "{said}");
        assert!(story.engagement("u0new").reason.is_none() && wrong.campaign.is_empty(), "{said}");
        assert!(
            story.0.has_answered(&person("u0henrik"), &payments(), quarter()),
            "{said}: nothing after a no"
        );
        story.confirms(true);
        let henrik = story.known("henrik");
        assert_eq!((henrik.asked.len(), henrik.bookings.len()), (1, 1), "{said}");
        let engagement = story.engagement("henrik");
        assert_eq!(engagement.stance().unwrap().stance, Stance::Declined, "{said}");
        assert!(engagement.wants_follow_up && engagement.reason.is_some() && henrik.stopped, "{said}");
        assert!(story.0.bookings.values().filter(|booking| booking.guest == person("henrik")).count() == 1);
        // And once more: the right one was wrong as well.
        story.links("henrik", "U0LAST", Some(("U0RIGHT", Turn::Corrected)));
        let henrik = story.known("henrik");
        assert!(henrik.stopped && henrik.asked.is_empty(), "{said}");
        assert_eq!(waiting(&henrik), ["u0henrik"], "{said}");
        assert!(story.may_have_got(&pitch("henrik")), "{said}");
    }
}

#[test]
fn a_doubt_between_takes_nothing_of_that_away() {
    for (said, lost) in [(true, None), (true, Some("U0NEW")), (false, None)] {
        let mut story = Story::default();
        story.links("henrik", "U0HENRIK", None);
        let post = story.intends(&pitch("henrik"));
        story.says(Event::PostUnknown { post, attempt: 1 });
        story.declines("henrik");
        let asked = story.asks("henrik");
        story.stops("henrik");
        story.links("henrik", "U0NEW", Some(("U0HENRIK", Turn::Replaced)));
        story.confirms(said);
        story.doubts("henrik", if lost.is_some() { Disbelief::Guest } else { Disbelief::Several }, lost);
        story.links("henrik", "U0NEW", None);
        if lost.is_some() {
            let henrik = story.known("henrik");
            assert_eq!(waiting(&henrik), ["u0henrik"], "the word was taken back");
            assert!(henrik.changed.unwrap().confirmed.is_none(), "so that somebody is asked");
        }
        story.links("henrik", "U0RIGHT", Some(("U0NEW", Turn::Corrected)));
        assert!(story.known("henrik").stopped && story.may_have_got(&pitch("henrik")), "{said} {lost:?}");
        assert_eq!(waiting(&story.known("henrik")), ["u0henrik"], "{said} {lost:?}");
        assert_eq!(story.0.received[&asked].person, person("u0henrik"), "{said} {lost:?}");
    }
}

#[test]
fn a_word_about_an_account_that_was_theirs_still_holds() {
    let mut story = Story::default();
    story.links("henrik", "U1", None);
    let asked = story.asks("henrik");
    story.links("henrik", "U2", Some(("U1", Turn::Replaced)));
    story.confirms(false);
    story.links("henrik", "U3", Some(("U2", Turn::Replaced)));
    story.confirms(true);
    story.links("henrik", "U4", Some(("U3", Turn::Corrected)));
    assert_eq!(waiting(&story.known("henrik")), ["u2"]);
    story.confirms(true);
    assert_ne!(story.0.received[&asked].person, person("henrik"), "Priya said that it is somebody else's");
}

#[test]
fn what_has_come_to_be_somebody_of_the_configuration_stays_with_them() {
    for confirmed_first in [true, false] {
        let mut story = Story::default();
        story.links("henrik", "U1", None);
        story.sends(&pitch("henrik"), "D1");
        story.links("henrik", "U2", Some(("U1", Turn::Replaced)));
        if confirmed_first {
            story.confirms(true);
        }
        // Switched on again, and written down as Greta's.
        story.links("greta", "U1", None);
        let asked = story.asks("greta");
        story.stops("greta");
        if confirmed_first {
            story.links("henrik", "U3", Some(("U2", Turn::Corrected)));
        } else {
            story.confirms(true);
        }
        assert!(story.known("greta").stopped, "{confirmed_first}");
        assert_eq!(story.0.received[&asked].person, person("greta"), "{confirmed_first}");
        assert_eq!(story.0.by_slack.get(&slack("U1")), Some(&person("greta")), "{confirmed_first}");
    }
}

#[test]
fn whoever_lost_an_account_in_doubt_still_has_its_promises_once_it_is_gone() {
    let mut story = Story::default();
    story.links("henrik", "U1", None);
    let post = story.sends(&pitch("henrik"), "D1");
    let asked = story.asks("henrik");
    story.stops("henrik");
    story.doubts("henrik", Disbelief::Guest, Some("U1"));
    assert_eq!(story.known("henrik").lost, Some(slack("U1")));
    story.links("henrik", "U2", Some(("U1", Turn::Replaced)));
    let henrik = story.known("henrik");
    assert!(henrik.stopped && henrik.lost.is_none() && henrik.campaign.len() == 1);
    assert_eq!(story.0.id_of(&pitch("henrik")), post, "never twice");
    assert_eq!(waiting(&henrik), ["u1"]);
    assert_eq!(story.0.received[&asked].person, person("u1"), "words wait");
}

#[test]
fn whoever_could_not_be_written_to_stays_a_gap_whatever_account_they_have() {
    let mut story = Story::default();
    story.links("henrik", "U1", None);
    let post = story.intends(&pitch("henrik"));
    let (because, code) = (RefusedFor::Content, "msg_too_long".to_owned());
    story.says(Event::PostRefused { post, attempt: 1, because, code, version: None });
    story.links("henrik", "U2", Some(("U1", Turn::Replaced)));
    assert!(story.engagement("henrik").refused_unheard().is_some());
    story.confirms(true);
    assert!(story.engagement("henrik").refused_unheard().is_some());

    let mut story = Story::default();
    story.links("henrik", "U1", None);
    story.says(Event::PostMissed { key: pitch("henrik") });
    story.links("henrik", "U2", Some(("U1", Turn::Replaced)));
    assert!(story.engagement("henrik").passed_by());
    story.links("henrik", "U3", Some(("U2", Turn::Corrected)));
    assert!(story.engagement("henrik").passed_by());

    let mut story = Story::default();
    story.links("henrik", "U1", None);
    story.intends(&pitch("henrik"));
    story.links("henrik", "U2", Some(("U1", Turn::Replaced)));
    assert!(story.engagement("henrik").unknown);
}

#[test]
fn a_notice_about_an_account_is_out_of_date_with_the_next() {
    let mut story = Story::default();
    story.links("henrik", "U1", None);
    let since = story.links("henrik", "U2", Some(("U1", Turn::Replaced)));
    let notice = crate::domain::effect::Notice::Account { person: person("henrik"), since };
    let post = story.sends(&PostKey::Notice { to: person("priya"), notice }, "D0PRIYA");
    story.links("henrik", "U3", Some(("U2", Turn::Corrected)));
    assert!(story.0.outdated.contains(&post));
}

#[test]
fn what_others_wrote_about_and_to_somebody_is_forgotten_with_them() {
    let mut story = Story::default();
    story.links("henrik", "U0STRANGER", None);
    let question = story.asks("henrik");
    let answer = Personal::new(person("priya"), "Because of the renewals.");
    let answered = story.says(Event::QuestionAnswered { question, by: person("priya"), answer, place: None });
    let text = || Personal::new(person("henrik"), "He hates calls.");
    let (by, about, initiative) = (person("priya"), Some(person("henrik")), None);
    let note = story.says(Event::NoteTaken { by, about, initiative, text: text() });
    story.says(Event::DeliveryEdited {
        delivery: pitch_of("henrik"),
        by: person("priya"),
        prose: Some(text()),
    });
    story.renames("henrik", "henrik-lund");
    let of = |id: &str| BTreeSet::from([person(id)]);
    let none = SealedOtherwise::default();
    let all = SealedOtherwise { theirs: 3, answers: 1, ..none };
    assert_eq!(story.0.sealed_otherwise(&of("henrik-lund")), all);
    assert_eq!(story.0.sealed_otherwise(&[person("henrik"), person("henrik-lund")].into()).theirs, 0);
    story.says(Event::PersonForgotten {
        person: person("henrik-lund"),
        was: Vec::new(),
        pseudonym: person("forgotten-0a"),
        marks: Vec::new(),
        keys: Vec::new(),
    });
    assert_eq!(story.0.notes[&note].text, Personal::Forgotten);
    assert_eq!(story.0.answers[&answered].answer, Personal::Forgotten);
    let edits = story.engagement("forgotten-0a").edits;
    assert!(edits.values().all(|edited| edited.prose == Personal::Forgotten), "{edits:?}");
}

#[test]
fn who_is_forgotten_is_forgotten_with_what_was_sealed_as_anothers() {
    let mut story = Story::default();
    story.links("henrik", "U0STRANGER", None);
    let asked = story.asks("henrik");
    story.links("henrik", "U0HENRIK", Some(("U0STRANGER", Turn::Corrected)));
    story.links("greta", "U0STRANGER", None);
    let of = |id: &str| BTreeSet::from([person(id)]);
    let none = SealedOtherwise::default();
    assert_eq!(story.0.sealed_otherwise(&of("greta")), SealedOtherwise { theirs: 1, ..none });
    assert_eq!(story.0.sealed_otherwise(&of("henrik")), SealedOtherwise { others: 1, ..none });
    story.says(Event::PersonForgotten {
        person: person("greta"),
        was: Vec::new(),
        pseudonym: person("forgotten-0a"),
        marks: Vec::new(),
        keys: Vec::new(),
    });
    assert_eq!(story.0.received[&asked].text.as_ref().unwrap().reveal(), None);
}
