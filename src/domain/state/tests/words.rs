//! Where people's words are held, and how they come to an end.

use super::*;

/// Every kind of text that is held of Ana, as a question of hers that is answered, or by or about her.
fn full_of_words() -> Story {
    let mut story = Story::default();
    let (ana, priya) = (person("ana"), person("priya"));
    let text = || Personal::new(person("ana"), "her-own-words");
    let answer = || Personal::new(person("priya"), "words-to-her");
    let (payments, checkout) = (initiative("payments"), TeamId::parse("checkout").unwrap());
    let account = SlackUserId::parse("U0ANA").unwrap();
    story.says(Event::PersonLinked {
        person: ana.clone(),
        slack: account.clone(),
        proof: None,
        replaces: None,
    });
    story.sends(PostKey::Touch(delivery(Touch::Pitch)));
    let question = story.asks(Some("payments"), "5.000100");
    story.sends(PostKey::Relay { of: question, to: priya.clone() });
    story.sends(PostKey::Receipt { of: question, to: ana.clone() });
    let entry = FaqId::parse("cost").unwrap();
    story.says(Event::QuestionMatched { question, entry: entry.clone(), answer: text() });
    story.says(Event::AnswerRated { question, helped: false });
    story.says(Event::QuestionAnswered { question, by: priya.clone(), answer: answer(), place: None });
    story.says(Event::ReasonGiven {
        person: ana.clone(),
        initiative: payments.clone(),
        quarter: quarter(),
        reason: text(),
        follow_up: true,
    });
    let taken = Stance::Declined;
    story.says(Event::StanceTaken {
        person: ana.clone(),
        initiative: payments.clone(),
        teams: vec![checkout.clone()],
        quarter: quarter(),
        stance: taken,
        how: How::Clicked,
    });
    let delivery = delivery(Touch::Reminder);
    story.says(Event::DeliveryEdited { delivery, by: priya.clone(), prose: Some(text()) });
    let about = Some(ana.clone());
    story.says(Event::NoteTaken { by: priya.clone(), about, initiative: None, text: text() });
    story.says(Event::SlotBooked {
        guest: ana.clone(),
        host: priya.clone(),
        starts: Timestamp::from_second(1_790_000_000).unwrap(),
        minutes: 30,
        subject: Some(Subject { initiative: payments.clone(), quarter: quarter() }),
        topic: Some(text()),
        via: Via::Slack,
    });
    let what = Personal::new(ana.clone(), "her-own-words");
    story.says(Event::Corrected { initiative: payments.clone(), quarter: quarter(), by: ana.clone(), what });
    let referral = story.says(Event::MessageReceived {
        person: person("ben"),
        initiative: Some(payments.clone()),
        said: Said::Referral,
        text: None,
        place: None,
        thread: None,
        referral: Some(Referral { whom: Some(account.clone()), decides: true }),
    });
    story.says(Event::Approached {
        referral,
        by: priya,
        person: ana.clone(),
        slack: account,
        name: Some(Personal::new(ana.clone(), "Ana Souza")),
        initiative: payments.clone(),
        audience: Audience::Product,
        teams: vec![checkout],
        decides: true,
    });
    let days = Some(("2026-12-01".parse().unwrap(), "2026-12-05".parse().unwrap()));
    story.says(Event::LeaveEntered { person: ana.clone(), days, by: person("priya") });
    story.says(Event::WaitJoined { person: ana.clone(), subject: None, host: None });
    story.says(Event::Stopped { person: ana, initiative: Some(payments) });
    story
}

#[test]
fn of_somebody_who_is_forgotten_no_word_no_account_and_no_id_is_held() {
    let mut story = full_of_words();
    let held = |story: &Story, what: &str| {
        let all = format!("{:?}", story.0);
        all.split(|c: char| !c.is_alphanumeric() && c != '-').any(|word| word == what)
    };
    assert!(held(&story, "ana") && held(&story, "U0ANA"));
    let before = story.0.posts.values().filter(|post| post.key.delivery().is_some()).count();
    let pseudonym = pseudonym("7f3a90b1").unwrap();
    story.says(Event::PersonForgotten {
        person: person("ana"),
        was: Vec::new(),
        pseudonym: pseudonym.clone(),
        marks: Vec::new(),
        keys: Vec::new(),
    });
    assert!(!held(&story, "ana"), "{:#?}", story.0);
    assert!(!held(&story, "U0ANA"), "{:#?}", story.0);
    let mut texts = 0;
    story.0.each_text(Timestamp::UNIX_EPOCH, &mut |text, _| {
        texts += 1;
        assert_eq!(*text, Personal::Forgotten);
    });
    assert!(texts > 6, "{texts}");
    // What is counted stays, under the pseudonym.
    let engagement = story.0.engagement(&pseudonym, &initiative("payments"), quarter()).unwrap();
    assert_eq!(engagement.stance().unwrap().stance, Stance::Declined);
    let after = story.0.posts.values().filter(|post| post.key.delivery().is_some()).count();
    assert_eq!(after, before);
    assert_eq!(story.0.removed(), 1, "the relay to Priya");
}

#[test]
fn words_that_expire_are_gone_wherever_they_are_held_but_for_what_is_open() {
    let mut story = full_of_words();
    let open = story.asks(Some("payments"), "9.000100");
    let later = story.0.as_of.unwrap() + jiff::SignedDuration::from_secs(1);
    let before = later;
    let mut kept = 0;
    story.says(Event::WordsExpired { before, unanswerable: BTreeSet::new(), keys: Vec::new() });
    story.0.each_text(later, &mut |text, written| {
        assert_eq!(text.reveal().is_some(), written.stays, "{text:?} {written:?}");
        kept += usize::from(written.stays);
    });
    assert_eq!(kept, 3, "the open question, the booking to come and what somebody approached is called");
    assert!(story.0.received[&open].text.as_ref().unwrap().reveal().is_some());
    assert_eq!(story.0.expired.unwrap().open, 3);
    // Once it is answered, the next time takes it.
    let (by, answer) = (person("priya"), Personal::new(person("priya"), "Since it can."));
    story.says(Event::QuestionAnswered { question: open, by, answer, place: None });
    assert!(story.0.open_since_before(later, before, &BTreeSet::new()).len() < 3);
    story.says(Event::WordsExpired { before, unanswerable: BTreeSet::new(), keys: Vec::new() });
    assert!(story.0.received[&open].text.as_ref().unwrap().reveal().is_none());
}

#[test]
fn the_words_of_a_question_that_nobody_can_answer_expire() {
    let mut story = full_of_words();
    let question = story.asks(Some("payments"), "9.000100");
    let before = story.0.as_of.unwrap() + jiff::SignedDuration::from_secs(1);
    story.says(Event::WordsExpired { before, unanswerable: [question].into(), keys: Vec::new() });
    assert!(story.0.received[&question].text.as_ref().unwrap().reveal().is_none());
    assert_eq!(story.0.expired.unwrap().open, 2);
}

#[test]
fn words_are_kept_for_whole_quarters_after_the_one_they_were_written_in() {
    let kept = |now: &str, quarters| words_kept_since(now.parse().unwrap(), quarters).unwrap().to_string();
    assert_eq!(kept("2027-12-31T23:59:59Z", 4), "2026-10-01T00:00:00Z");
    assert_eq!(kept("2028-01-01T00:00:00Z", 4), "2027-01-01T00:00:00Z");
    assert_eq!(kept("2028-01-01T00:00:00Z", 1), "2027-10-01T00:00:00Z");
    assert_eq!(quarter_of_words("2026-12-31T23:59:59Z".parse().unwrap()).to_string(), "2026-Q4");
}
