//! Questions: asked in every place, answered by the FAQ or by the advocate, and seen by nobody else.

use serde_json::{Value, json};

use super::advocates::two_advocates;
use crate::world::{Actor, PATIENCE, World, words};

/// Everybody in Europe has the payments pitch and nothing else yet; it is a Thursday.
const PITCHED: &str = "2026-12-03T10:30:00Z";

async fn pitched() -> World {
    let world = World::sample().await;
    world.advance_to(PITCHED).await;
    world
}

/// The bot's message that has this in it, as it stands.
async fn shows(person: &Actor<'_>, which: &str, wanted: &str) -> Value {
    person
        .sees(wanted, |seen| {
            let mut all = seen["messages"].as_array()?.iter();
            let with = |message: &&Value| {
                message["from_app"] == json!(true)
                    && words(message).contains(which)
                    && words(message).contains(wanted)
            };
            all.find(with).cloned()
        })
        .await
}

async fn nobody_else_reads(world: &World, text: &str, but: &[&str]) {
    for handle in ["ana", "ben", "dev", "lucia", "carla", "henrik", "marta", "tomas"] {
        if but.contains(&handle) {
            continue;
        }
        let messages = world.person(handle).await.messages().await;
        assert!(messages.iter().all(|message| !words(message).contains(text)), "{handle} reads {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_faq_answers_at_once_and_a_no_brings_the_advocate() {
    let world = pitched().await;
    let (ana, priya) = (world.person("ana").await, world.person("priya").await);
    ana.types("could a customer be charged twice?").await;
    let answer = shows(&ana, "never tried again by us", "Did this help?").await;
    assert!(words(&answer).contains("your time"), "office hours: {}", words(&answer));
    world.advance_to("2026-12-03T11:00:00Z").await;
    let relays = priya.messages().await;
    assert!(relays.iter().all(|message| !words(message).contains("charged twice")), "nobody is bothered");

    ana.clicks_on(&answer, "No, ask Priya").await;
    let receipt = shows(&ana, "goes to Priya", "answers you here by Friday 4 December").await;
    assert_eq!(receipt["ts"], answer["ts"], "the same message, brought up to date");
    world.settled().await;
    let relay = shows(&priya, "charged twice", "didn't help").await;
    assert!(words(&relay).contains("Ana Souza (product manager, Checkout)"));
    assert!(words(&relay).contains("Last sent: the pitch"), "{}", words(&relay));
    nobody_else_reads(&world, "charged twice?", &["ana"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_yes_ends_it() {
    let world = pitched().await;
    let ana = world.person("ana").await;
    ana.types("why 4 seconds").await;
    let answer = shows(&ana, "one in two thousand", "Did this help?").await;
    ana.clicks_on(&answer, "Yes").await;
    shows(&ana, "one in two thousand", "Good to hear").await;
    world.advance_to("2026-12-07T18:00:00Z").await;
    let priya = world.person("priya").await.messages().await;
    assert!(priya.iter().all(|message| !words(message).contains("4 seconds")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_in_a_thread_is_answered_in_that_thread_by_a_reply_in_the_advocates() {
    let world = pitched().await;
    let (dev, priya) = (world.person("dev").await, world.person("priya").await);
    let pitch = dev.last_message().await;
    dev.replies(&pitch, "Does the limit also cover refunds?").await;
    let receipt = shows(&dev, "goes to Priya", "word for word").await;
    assert_eq!(receipt["thread_ts"], pitch["ts"]);
    world.settled().await;
    let relay = shows(&priya, "cover refunds?", "reply in this thread").await;
    priya.replies(&relay, "Not at first; refunds have no deadline.").await;
    let answer = shows(&dev, "Priya answers your question", "refunds have no deadline").await;
    assert_eq!(answer["thread_ts"], pitch["ts"], "in the place where it was asked");
    shows(&dev, "Priya has answered your question", "a message of its own").await;
    shows(&priya, "cover refunds?", "You answered:").await;
    // A second answer follows the first, and no reminder comes.
    priya.replies(&relay, "One more thing: partial refunds neither.").await;
    shows(&dev, "Priya answers your question", "partial refunds neither").await;
    world.advance_to("2026-12-08T18:00:00Z").await;
    let all = priya.messages().await;
    assert!(all.iter().all(|message| !words(message).contains("still waits for an answer")));
    nobody_else_reads(&world, "refunds", &["dev"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_under_a_relay_whose_call_got_no_answer_reaches_the_asker_and_is_nobody_else_s_question() {
    let folder = two_advocates();
    let world = World::with(folder.path()).await;
    // It is night in Chicago, so that Nadia gets the question in the morning.
    world.advance_to("2026-12-04T10:00:00Z").await;
    let (leo, nadia, priya) =
        (world.person("leo").await, world.person("nadia").await, world.person("priya").await);
    leo.commands("ask restore-drills Does the okapi cluster take part?").await;
    shows(&leo, "goes to Nadia", "word for word").await;
    world.settled().await;
    assert!(!nadia.has_read("okapi cluster").await, "not at night");
    world.post("faults", json!({ "method": "chat.postMessage", "kind": "lose_reply", "times": 1000 })).await;
    while !nadia.has_read("okapi cluster").await {
        assert!(world.next_wake().await, "the question goes to Nadia");
    }
    world.post("faults/clear", json!({})).await;
    let relay = nadia.reads("okapi cluster").await;
    nadia.replies(&relay, "Which zebra would pay for that? It doesn't.").await;
    assert!(!leo.has_read("zebra").await, "it isn't known yet what she answers");
    // The relay is looked up a few minutes later, and Slack delivers her reply again.
    let now = world.get("calendar").await["now"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    world.advance_to(&(now + jiff::SignedDuration::from_mins(10)).to_string()).await;
    let again = async {
        while !leo.has_read("zebra").await {
            world.post("redeliver", json!({})).await;
        }
    };
    tokio::time::timeout(PATIENCE, again).await.expect("her answer reaches him");
    shows(&leo, "Nadia answers your question", "Which zebra would pay for that?").await;
    shows(&nadia, "okapi cluster", "You answered:").await;
    world.advance_to("2026-12-09T18:00:00Z").await;
    assert!(!priya.has_read("zebra").await, "it was no question");
    assert!(!nadia.has_read("still waits for an answer").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_asked_by_command_and_answered_in_a_modal() {
    let world = pitched().await;
    let (ben, priya) = (world.person("ben").await, world.person("priya").await);
    world.advance_to("2026-12-03T16:30:00Z").await;
    let said = ben.commands("ask payment-deadlines Is there budget for a contractor?").await;
    assert!(said.contains("our direct message"), "{said}");
    shows(&ben, "A time limit on payment calls", "goes to Priya").await;
    world.settled().await;
    let relay = shows(&priya, "budget for a contractor?", "asks about").await;
    priya.clicks_on(&relay, "Answer").await;
    priya.submits(&[("text", json!("No, but I can review."))]).await;
    shows(&ben, "Priya answers your question", "No, but I can review.").await;
    assert!(ben.commands("ask").await.contains("What would you like to know?"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unclear_question_is_asked_back_and_placed_with_one_click() {
    let world = World::sample().await;
    // By then Ravi has been written to about two initiatives.
    world.advance_to("2026-12-07T12:00:00Z").await;
    let (carla, priya) = (world.person("carla").await, world.person("priya").await);
    carla.types("how much work is it?").await;
    let asked = shows(&carla, "what is your question about?", "Something else").await;
    carla.clicks_on(&asked, "Restores that were practised").await;
    let answer = shows(&carla, "one practised restore", "Did this help?").await;
    assert_eq!(answer["ts"], asked["ts"]);

    carla.types("and can you come to the board meeting?").await;
    let asked = shows(&carla, "what is your question about?", "Something else").await;
    assert!(words(&asked).contains("If you don't within ten minutes"), "{}", words(&asked));
    world.advance_to("2026-12-08T12:00:00Z").await;
    let relay = shows(&priya, "board meeting?", "reply in this thread").await;
    assert!(words(&relay).contains("Carla Mendes"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_question_is_passed_on_and_nothing_is_promised() {
    let world = pitched().await;
    let (ana, priya) = (world.person("ana").await, world.person("priya").await);
    ana.types("Done :+1:").await;
    let receipt = shows(&ana, "your message", "If you'd like an answer, just ask").await;
    assert!(!words(&receipt).contains("answers"), "{}", words(&receipt));
    world.settled().await;
    shows(&priya, "Ana Souza", "promised no answer").await;
    world.advance_to("2026-12-08T18:00:00Z").await;
    let all = priya.messages().await;
    assert!(all.iter().all(|message| !words(message).contains("still waits for an answer")));
}

#[tokio::test(flavor = "multi_thread")]
async fn thanks_and_greetings_get_nothing_and_go_to_nobody() {
    let world = pitched().await;
    let (ana, priya) = (world.person("ana").await, world.person("priya").await);
    world.settled().await;
    let before = (ana.messages().await.len(), priya.messages().await.len());
    ana.types("Thanks :+1:").await;
    let hello = ana.types("Good morning!").await;
    world.settled().await;
    world.advance_to("2026-12-04T10:00:00Z").await;
    let typed = 2;
    assert_eq!((ana.messages().await.len(), priya.messages().await.len()), (before.0 + typed, before.1));
    // A greeting that becomes a question is one.
    ana.retypes(&hello, "Do subscriptions have the same problem?").await;
    shows(&ana, "goes to Priya", "by").await;
    shows(&priya, "subscriptions", "asks about").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unanswered_question_comes_back_once_after_a_working_day() {
    let world = pitched().await;
    let (ana, priya) = (world.person("ana").await, world.person("priya").await);
    ana.types("Do subscriptions have the same problem?").await;
    shows(&ana, "goes to Priya", "by Friday 4 December").await;
    shows(&priya, "subscriptions", "asks about").await;
    world.advance_to("2026-12-04T12:00:00Z").await;
    let overdue = shows(&priya, "still waits for an answer", "subscriptions").await;
    priya.replies(&overdue, "They do, and the second step covers them.").await;
    shows(&ana, "Priya answers", "the second step covers them").await;
    world.advance_to("2026-12-10T12:00:00Z").await;
    let back = priya.messages().await;
    let back = back.iter().filter(|message| words(message).contains("still waits")).count();
    assert_eq!(back, 1, "once, and answered it keeps what it said");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_kept_for_everybody_without_names_and_dropped_again() {
    let world = pitched().await;
    let (ana, lucia, priya) =
        (world.person("ana").await, world.person("lucia").await, world.person("priya").await);
    ana.types("Do subscriptions have the same problem?").await;
    let relay = shows(&priya, "subscriptions", "asks about").await;
    priya.replies(&relay, "They do; Dev has seen it in March.").await;
    let answered = shows(&priya, "subscriptions", "Keep for everybody").await;
    priya.clicks_on(&answered, "Keep for everybody").await;
    let modal = priya.modal().await;
    assert!(words(&modal).contains("Dev"), "it names somebody: {}", words(&modal));
    let refused = priya.submits(&[("text", json!("They do; Dev has seen it."))]).await;
    assert!(refused.to_string().contains("leave the name out"), "{refused}");
    priya.submits(&[("text", json!("They do, and the second step covers them."))]).await;
    let kept = shows(&priya, "subscriptions", "Saved in the FAQ as").await;

    lucia.types("do subscriptions have this problem too").await;
    let answer = shows(&lucia, "the second step covers them", "Did this help?").await;
    assert!(!words(&answer).contains("Ana") && !words(&answer).contains("same problem"));

    priya.clicks_on(&kept, "Drop from the FAQ").await;
    shows(&priya, "subscriptions", "Keep for everybody").await;
    let tomas = world.person("tomas").await;
    tomas.types("do subscriptions have this problem too?").await;
    shows(&tomas, "goes to Priya", "A time limit on payment calls").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_can_be_changed_and_taken_back_on_both_sides() {
    let world = pitched().await;
    let (ana, priya) = (world.person("ana").await, world.person("priya").await);
    let typed = ana.types("Do vouchers have the same problem?").await;
    let relay = shows(&priya, "vouchers", "asks about").await;
    ana.retypes(&typed, "Do gift cards have the same problem?").await;
    shows(&priya, "gift cards", "changed the question").await;
    let answered = priya.replies(&relay, "They do.").await;
    let answer = shows(&ana, "Priya answers", "They do.").await;
    priya.retypes(&answered, "They don't.").await;
    let changed = shows(&ana, "They don't.", "changed this answer").await;
    assert_eq!(changed["ts"], answer["ts"], "in place");
    priya.takes_back(&answered).await;
    shows(&ana, "Priya took back the answer", "Still open?").await;
    shows(&ana, "goes to Priya", "word for word").await;
    ana.takes_back(&typed).await;
    let relay = shows(&priya, "took back what they asked", "No answer is expected").await;
    assert!(!words(&relay).contains("gift cards"));
    priya.replies(&relay, "Still, here it is.").await;
    shows(&priya, "took this question back", "no answer was sent").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_advocate_who_types_outside_a_thread_is_told_what_to_do() {
    let world = pitched().await;
    let priya = world.person("priya").await;
    priya.types("They do, and it is covered.").await;
    shows(&priya, "To answer a question", "/canvass note").await;
}
