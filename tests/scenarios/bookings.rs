//! Office hours: two clicks book a time, both sides have it, and whatever becomes of it both are told.

use rustix::process::Signal;
use serde_json::{Value, json};

use super::reload::{Organisation, answers};
use crate::world::{Actor, PATIENCE, World, words};

const PITCHED: &str = "2026-12-03T10:30:00Z";

/// Thursday 10 December 16:30 and Thursday 17 December 17:00 in Lisbon, as the menu gives them.
const FIRST: &str = "priya 1796920200";
const SECOND: &str = "priya 1797526800";

/// Ben clicks *Let's talk* and books a time; Priya reads of it by day.
async fn booked(world: &World) -> (Actor<'_>, Actor<'_>) {
    world.advance_to(PITCHED).await;
    let (ben, priya) = (world.person("ben").await, world.person("priya").await);
    ben.clicks("Let's talk").await;
    assert_eq!(ben.modal().await["title"]["text"], "Book a time");
    ben.submits(&[("slot", json!(FIRST)), ("topic", json!("Who carries the pager meanwhile?"))]).await;
    ben.reads("Booked: office hours with Priya").await;
    (ben, priya)
}

fn files(messages: &[Value]) -> Vec<Value> {
    messages.iter().flat_map(|message| message["files"].as_array().cloned().unwrap_or_default()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_clicks_book_a_time_and_both_sides_have_it() {
    let world = World::sample().await;
    let (ben, priya) = booked(&world).await;
    let told = ben.reads("Booked: office hours with Priya").await;
    assert!(words(&told).contains("your time"), "{}", words(&told));
    world.settled().await;
    assert_eq!(files(&ben.messages().await).len(), 1, "one invitation");
    world.advance_to("2026-12-03T12:00:00Z").await;
    let heard = priya.reads("Ben booked your office hours").await;
    assert!(words(&heard).contains("Who carries the pager meanwhile?"), "{}", words(&heard));
    assert_eq!(files(&priya.messages().await).len(), 1, "one invitation");
    for side in [&ben, &priya] {
        let listed = side.commands("bookings").await;
        assert!(listed.contains("payment"), "{listed}");
        side.opens_home().await;
        side.reads_at_home("Your bookings").await;
    }
    let passed_on =
        priya.messages().await.iter().filter(|message| words(message).contains("would like to talk")).count();
    assert_eq!(passed_on, 0, "the booking says it already");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_booking_is_moved_and_cancelled_and_nobody_is_reminded_of_what_no_longer_holds() {
    let world = World::sample().await;
    let (ben, priya) = booked(&world).await;
    world.settled().await;
    let told = ben.reads("Booked: office hours with Priya").await;
    ben.clicks_on(&told, "Move").await;
    ben.submits(&[("slot", json!(SECOND))]).await;
    ben.reads("Moved: your office hours with Priya").await;
    world.advance_to("2026-12-04T12:00:00Z").await;
    let message = priya.reads("Ben moved your office hours").await;
    priya.clicks_on(&message, "Cancel").await;
    priya.submits(&[]).await;
    priya.reads("Canceled").await;
    world.advance_to("2026-12-05T12:00:00Z").await;
    ben.reads("Priya canceled your office hours").await;
    world.advance_to("2026-12-19T12:00:00Z").await;
    let all: Vec<String> = ben.messages().await.iter().map(words).collect();
    assert!(
        !all.iter().any(|text| text.contains("In ten minutes") || text.contains("Tomorrow:")),
        "{all:#?}"
    );
    // Booked, moved, cancelled: each with an entry for the calendar.
    assert_eq!(files(&ben.messages().await).len(), 3);
    assert_eq!(files(&priya.messages().await).len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_booking_that_was_kept_makes_the_person_engaged_and_ends_the_messages() {
    let world = World::sample().await;
    let (ben, priya) = booked(&world).await;
    world.advance_to("2026-12-11T12:00:00Z").await;
    let reminder = ben.reads("In ten minutes").await;
    ben.clicks_on(&reminder, "Cancel").await;
    ben.reads("is over, so it can't be changed any more").await;
    let asked = priya.reads("How did it go with Ben").await;
    priya.clicks_on(&asked, "We met").await;
    priya.submits(&[("stance", json!("first_step")), ("note", json!("Wants the flag first."))]).await;
    priya.reads("You met Ben").await;
    let coverage = priya.commands("coverage payment-deadlines").await;
    assert!(coverage.contains("first step"), "{coverage}");
    let before = ben.messages().await.len();
    world.advance_to("2027-01-14T12:00:00Z").await;
    let after: Vec<String> = ben.messages().await.split_off(before).iter().map(words).collect();
    assert!(!after.iter().any(|text| text.contains("Could Checkout")), "{after:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_its_two_sides_can_change_a_booking() {
    let world = World::sample().await;
    let (ben, _) = booked(&world).await;
    let ana = world.person("ana").await;
    let listed = ana.commands("bookings").await;
    assert!(listed.contains("booked nothing"), "{listed}");
    assert!(!listed.contains("Ben"), "{listed}");
    let told = ben.reads("Booked: office hours with Priya").await;
    let button = told["blocks"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|block| block["elements"].as_array().cloned().unwrap_or_default());
    let cancel = button.into_iter().find(|element| element["text"]["text"] == "Cancel").unwrap();
    assert!(cancel["value"].as_str().unwrap().contains("cancel_booking"));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_finds_all_times_taken_is_told_when_one_is_free() {
    let world = World::sample().await;
    world.advance_to(PITCHED).await;
    let (ana, priya) = (world.person("ana").await, world.person("priya").await);
    // Few are left before the freeze, and others take them.
    world.advance_to("2027-01-12T12:00:00Z").await;
    for handle in ["ben", "dev"] {
        let person = world.person(handle).await;
        person.commands("book payment-deadlines").await;
        assert_eq!(person.modal().await["title"]["text"], "Book a time");
        person.submits(&[]).await;
        person.reads("Booked: office hours with Priya").await;
    }
    ana.commands("book payment-deadlines").await;
    assert_eq!(ana.modal().await["title"]["text"], "No time is free");
    ana.submits(&[]).await;
    world.settled().await;
    priya.opens_home().await;
    priya.clicks_at_home("Add office hours").await;
    priya.submits(&[("day", json!("2027-01-14")), ("from", json!("11:00")), ("until", json!("12:00"))]).await;
    world.advance_to("2027-01-13T12:00:00Z").await;
    let free = ana.reads("is free. Whoever books first has it").await;
    ana.clicks_on(&free, "Book a time").await;
    ana.submits(&[]).await;
    ana.reads("Booked: office hours with Priya").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_booked_as_much_as_one_may_is_told_so() {
    let world = World::sample().await;
    world.advance_to(PITCHED).await;
    let ben = world.person("ben").await;
    for slot in [FIRST, SECOND] {
        ben.commands("book").await;
        ben.submits(&[("slot", json!(slot))]).await;
    }
    world.settled().await;
    ben.commands("book").await;
    let says = ben.reads("You have booked all the times with Priya").await;
    assert!(words(&says).contains("/canvass bookings"), "{}", words(&says));
}

/// Two more who hold office hours: Henrik on another day than Priya's first, Tomás at that very time.
const TWO_MORE: &str = r#"
[[office_hours]]
host = "henrik"
zone = "Europe/Lisbon"
weekly = ["Wed 11:00-12:00"]
minutes = 30

[[office_hours]]
host = "tomas"
zone = "Europe/Lisbon"
weekly = ["Thu 16:30-17:00"]
minutes = 30
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_booking_is_not_handed_on_to_whoever_has_something_else_by_then() {
    let organisation = Organisation::copy();
    organisation.edit("canvass.toml", |text| format!("{text}{TWO_MORE}"));
    let world = World::with(&organisation.path()).await;
    let (ben, priya) = booked(&world).await;
    world.advance_to("2026-12-03T12:00:00Z").await;
    let told = priya.reads("Ben booked your office hours").await;
    priya.clicks_on(&told, "Hand on").await;
    let offered = words(&priya.modal().await);
    assert!(offered.contains("Henrik") && offered.contains("Tomás"), "{offered}");

    // While she looks, one of them books the other at that time.
    let henrik = world.person("henrik").await;
    henrik.commands("book @tomas payment-deadlines").await;
    henrik.submits(&[("slot", json!(FIRST.replace("priya", "tomas")))]).await;
    henrik.reads("Booked: office hours with Tomás").await;
    world.settled().await;
    let before = world.sent().await.len();
    for (host, why) in [
        ("henrik", "Henrik has something else at that time by now"),
        ("tomas", "Tomás has another booking at that time by now"),
    ] {
        let refused = priya.submits(&[("host", json!(host))]).await;
        let says = refused["ack_payload"]["errors"]["host"].as_str().unwrap_or_default();
        assert!(says.contains(why), "{refused}");
    }
    world.settled().await;
    assert!(priya.commands("bookings").await.contains("with Ben"), "it stays hers");
    assert!(ben.commands("bookings").await.contains("Priya"));
    assert!(!henrik.commands("bookings").await.contains("Ben"));
    assert_eq!(world.sent().await.len(), before, "nobody is told of what didn't happen");
    // Asked again, there is nobody left to choose.
    priya.clicks_on(&told, "Hand on").await;
    priya.reads("Nobody else who holds office hours is free at that time").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_booked_time_is_not_offered_again_after_its_host_was_renamed_without_saying_so() {
    let organisation = Organisation::copy();
    let world = World::with(&organisation.path()).await;
    world.advance_to(PITCHED).await;
    let tomas = world.person("tomas").await;
    tomas.commands("book").await;
    assert!(tomas.modal().await.to_string().contains(FIRST));
    let (ben, priya) = booked(&world).await;
    world.settled().await;
    for file in [
        "people.toml",
        "canvass.toml",
        "initiatives/payment-deadlines.toml",
        "initiatives/restore-drills.toml",
        "initiatives/safe-rollouts.toml",
    ] {
        organisation.edit(file, |text| {
            let text = text.replace("[people.priya]", "[people.priya-raman]");
            text.replace("\"priya\"", "\"priya-raman\"")
        });
    }
    world.bot().signal(Signal::HUP);
    answers(&priya, "bookings", "with Ben").await;
    let dev = world.person("dev").await;
    let offered = async {
        loop {
            dev.commands("book").await;
            let modal = dev.modal().await.to_string();
            if modal.contains("priya-raman ") {
                return modal;
            }
        }
    };
    let offered = tokio::time::timeout(PATIENCE, offered).await.expect("times under the new id");
    assert!(!offered.contains(&FIRST.replace("priya", "priya-raman")), "{offered}");
    let refused = tomas.submits(&[("slot", json!(FIRST))]).await;
    assert!(refused["ack_payload"]["errors"]["slot"].is_string(), "a window from before: {refused}");
    assert!(ben.commands("bookings").await.contains("Priya"), "hers is kept");
}
