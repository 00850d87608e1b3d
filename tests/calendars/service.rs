//! Bookings and the host's own calendar: what is agreed in Slack stands there, and what the host changes
//! there is told in Slack.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use jiff::{Timestamp, ToSpan};
use reqwest::Method;
use serde_json::json;

use super::moods::{CALENDAR, Running, multistatus, resource};
use super::programs::{ALL, Kind, Program};
use super::{PASSWORD, USER};
use crate::world::{Actor, World, canvass, sample, words};

const PITCHED: &str = "2026-12-03T10:30:00Z";
pub(crate) const SECRET: &str = "TEST_CALENDAR_PASSWORD";

/// The sample organization, whose host keeps the calendar `Work` of `program`.
pub(crate) fn organisation(folder: &Path, program: &Program, more: &str) {
    host_keeps(folder, more, &format!("caldav = '{}'", program.calendar("Work")));
}

/// The sample organization with `calendar` as the host's.
fn host_keeps(folder: &Path, more: &str, calendar: &str) {
    fn copy(from: &Path, to: &Path) {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
            let to = to.join(entry.file_name());
            if entry.path().is_dir() {
                copy(&entry.path(), &to)
            } else {
                _ = fs::copy(entry.path(), to).unwrap()
            }
        }
    }
    copy(&sample(), folder);
    let path = folder.join("canvass.toml");
    let text = fs::read_to_string(&path).unwrap();
    let text = format!(
        "{text}\n{more}\n[office_hours.calendar]\n{calendar}\nuser = '{USER}'\npassword_env = '{SECRET}'\n"
    );
    fs::write(path, text).unwrap();
}

async fn world(folder: &Path, program: &Program, more: &str) -> World {
    organisation(folder, program, more);
    begin(folder).await
}

async fn begin(folder: &Path) -> World {
    let mut world = World::without_bot(folder).await;
    world.secret(SECRET, PASSWORD);
    world.start_bot().await;
    world.advance_to(PITCHED).await;
    world
}

/// Waits until the host's calendar was read, so that times are offered.
pub(crate) async fn offered(world: &World, person: &Actor<'_>) {
    for _ in 0..200 {
        if person.commands("hours").await.contains("your time") {
            return;
        }
        world.get("state").await;
    }
    panic!("the calendar is never read: {}", person.commands("hours").await);
}

/// Books the first time that is offered.
async fn book<'w>(world: &'w World, handle: &str) -> Actor<'w> {
    let guest = world.person(handle).await;
    offered(world, &guest).await;
    guest.commands("book payment-deadlines").await;
    guest.submits(&[("topic", json!("Retries"))]).await;
    guest.reads("Booked: office hours with Priya").await;
    guest
}

/// Waits until the calendar holds entries of ours as wanted, moving the calendar on a little.
async fn entries(program: &Program, world: &World, wanted: impl Fn(&[String]) -> bool) -> Vec<String> {
    for _ in 0..40 {
        let entries = program.entries("Work").await;
        if wanted(&entries) {
            return entries;
        }
        passes(world, 4).await;
    }
    panic!("the calendar holds {:#?}", program.entries("Work").await);
}

/// Lets minutes pass until somebody has heard this. The calendar is a real one, read in real time, so nobody knows
/// after how many.
async fn hears(world: &World, person: &Actor<'_>, text: &str) {
    for _ in 0..60 {
        if person.has_read(text).await {
            return;
        }
        passes(world, 5).await;
    }
    person.reads(text).await;
}

/// Lets minutes pass.
async fn passes(world: &World, minutes: i64) {
    let now: Timestamp = world.get("state").await["calendar"]["now"].as_str().unwrap().parse().unwrap();
    world.advance_to(&now.checked_add(minutes.minutes()).unwrap().to_string()).await;
}

fn line<'t>(entry: &'t str, name: &str) -> &'t str {
    entry.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hosts_calendar_follows_a_booking_from_beginning_to_end() {
    for kind in ALL {
        let program = Program::start(kind).await;
        let config = tempfile::tempdir().unwrap();
        let world = world(config.path(), &program, "").await;
        let ben = book(&world, "ben").await;
        let made = entries(&program, &world, |all| all.len() == 1).await;
        assert!(made[0].contains("Ben Carter"), "{}", made[0]);
        assert!(!made[0].contains("METHOD"), "{}", made[0]);
        ben.clicks_on(&ben.reads("Booked: office hours").await, "Move").await;
        ben.submits(&[]).await;
        ben.reads("Moved: your office hours").await;
        let starts = line(&made[0], "DTSTART:").to_owned();
        let moved =
            entries(&program, &world, |all| all.len() == 1 && line(&all[0], "DTSTART:") != starts).await;
        assert_eq!(line(&moved[0], "UID:"), line(&made[0], "UID:"));
        assert_eq!((line(&made[0], "SEQUENCE:"), line(&moved[0], "SEQUENCE:")), ("0", "1"));
        ben.clicks_on(&ben.reads("Moved: your office hours").await, "Cancel").await;
        ben.submits(&[]).await;
        entries(&program, &world, |all| all.is_empty()).await;
    }
}

/// The entry an hour later on the same day.
fn an_hour_later(entry: &str) -> String {
    let later = |text: &str, name: &str| {
        let at: Timestamp = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", line(text, name))
            .unwrap()
            .to_zoned(jiff::tz::TimeZone::UTC)
            .unwrap()
            .timestamp();
        let later = at.checked_add(1.hour()).unwrap().strftime("%Y%m%dT%H%M%SZ").to_string();
        text.replace(&format!("{name}{}", line(text, name)), &format!("{name}{later}"))
    };
    later(&later(entry, "DTSTART:"), "DTEND:")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_host_changes_in_their_calendar_is_told_to_both() {
    let program = Program::start(Kind::Radicale).await;
    let config = tempfile::tempdir().unwrap();
    let world = world(config.path(), &program, "").await;
    let (ben, priya) = (book(&world, "ben").await, world.person("priya").await);
    let made = entries(&program, &world, |all| all.len() == 1).await;
    let uid = line(&made[0], "UID:").to_owned();
    let address = format!("{}{uid}.ics", program.calendar("Work"));
    program.host(Method::PUT, &address, &an_hour_later(&made[0])).await;
    hears(&world, &ben, "Priya moved your office hours").await;
    hears(&world, &priya, "Your calendar moved your office hours with Ben").await;
    program.host(Method::DELETE, &address, "").await;
    hears(&world, &ben, "Priya canceled your office hours").await;
    hears(&world, &priya, "Your calendar canceled your office hours with Ben").await;
    assert!(program.entries("Work").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_host_has_otherwise_is_not_offered_and_windows_are_kept_free() {
    let program = Program::start(Kind::Xandikos).await;
    let config = tempfile::tempdir().unwrap();
    program
        .has(
            "dentist",
            &super::object(
                "dentist",
                "DTSTART:20261208T090000Z\nDTEND:20261208T100000Z\nSUMMARY:Dentist",
                "",
            ),
        )
        .await;
    let world = world(config.path(), &program, "block = true").await;
    let ben = world.person("ben").await;
    offered(&world, &ben).await;
    ben.commands("book payment-deadlines").await;
    let modal = ben.modal().await;
    let offered = modal["blocks"].to_string();
    assert!(offered.contains("Thu 10 Dec 10:30"), "{offered}");
    assert!(!offered.contains("Tue 8 Dec"), "the dentist comes first: {offered}");
    let blocks = entries(&program, &world, |all| all.len() > 3).await;
    assert!(blocks.iter().all(|entry| entry.contains("Office hours (kept free)")), "{blocks:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_booking_that_could_not_be_entered_is_entered_after_a_restart_once() {
    let mut program = Program::start(Kind::Radicale).await;
    let config = tempfile::tempdir().unwrap();
    let mut world = world(config.path(), &program, "").await;
    offered(&world, &world.person("ben").await).await;
    program.stop();
    // What the calendar said last is good for a while.
    let guest = book(&world, "ben").await;
    assert!(!words(&guest.last_message().await).is_empty());
    world.kill_bot();
    program.again().await;
    world.start_bot().await;
    let made = entries(&program, &world, |all| all.len() == 1).await;
    world.kill_bot();
    world.start_bot().await;
    passes(&world, 10).await;
    assert_eq!(program.entries("Work").await.len(), 1, "{made:#?}");
    let told = world.person("ben").await.messages().await;
    let told = told.iter().filter(|message| words(message).contains("Booked: office hours with Priya"));
    assert_eq!(told.count(), 1);
}

/// Nobody has seen the host's move when the guest makes theirs; it is the host's hour.
#[tokio::test(flavor = "multi_thread")]
async fn a_move_of_the_hosts_that_nobody_has_seen_is_not_written_over() {
    let program = Program::start(Kind::Radicale).await;
    let config = tempfile::tempdir().unwrap();
    let world = world(config.path(), &program, "").await;
    let ben = book(&world, "ben").await;
    let made = entries(&program, &world, |all| all.len() == 1).await;
    let address = format!("{}{}.ics", program.calendar("Work"), line(&made[0], "UID:"));
    let theirs = an_hour_later(&made[0]);
    program.host(Method::PUT, &address, &theirs).await;
    ben.clicks_on(&ben.reads("Booked: office hours").await, "Move").await;
    ben.submits(&[]).await;
    hears(&world, &ben, "Priya moved your office hours").await;
    let now = entries(&program, &world, |all| all.len() == 1).await;
    assert_eq!(line(&now[0], "DTSTART:"), line(&theirs, "DTSTART:"), "{}", now[0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_calendar_that_can_not_be_read_is_told_to_its_host_and_that_it_can_again() {
    let mut program = Program::start(Kind::Radicale).await;
    let config = tempfile::tempdir().unwrap();
    let world = world(config.path(), &program, "").await;
    let priya = world.person("priya").await;
    offered(&world, &world.person("ben").await).await;
    program.stop();
    passes(&world, 20).await;
    assert!(!priya.has_read("Your calendar").await, "a server may be started anew");
    for _ in 0..8 {
        passes(&world, 5).await;
    }
    let told = priya.reads("Your calendar can't be read: the calendar server can't be reached").await;
    let text = words(&told);
    assert!(text.contains("by what it said last until Thu 3 Dec 22:3"), "{text}");
    program.again().await;
    hears(&world, &priya, "Your calendar is kept in step again.").await;
    let messages = priya.messages().await;
    let about = messages.iter().filter(|message| words(message).contains("Your calendar")).count();
    assert_eq!(about, 1, "the same message, brought up to date");
}

/// A calendar that is gone as a whole has cancelled nothing.
#[tokio::test(flavor = "multi_thread")]
async fn bookings_move_along_when_the_host_names_another_calendar() {
    let program = Program::start(Kind::Radicale).await;
    let config = tempfile::tempdir().unwrap();
    let keeps = |name: &str| {
        host_keeps(config.path(), "", &format!("caldav = '{}'\ncalendar = '{name}'", program.base));
    };
    keeps("Work");
    let mut world = begin(config.path()).await;
    let made = {
        _ = book(&world, "ben").await;
        entries(&program, &world, |all| all.len() == 1).await
    };
    // Named another, the entry stays where it is known to be, and is found there.
    keeps("Private");
    world.kill_bot();
    world.start_bot().await;
    passes(&world, 10).await;
    assert_eq!(program.entries("Work").await.len(), 1);
    assert!(program.entries("Private").await.is_empty());
    // The old one deleted, it goes to the new one.
    let (status, answer) = program.host(Method::DELETE, &program.calendar("Work"), "").await;
    assert!(status.is_success(), "{status} {answer}");
    for _ in 0..20 {
        if !program.entries("Private").await.is_empty() {
            break;
        }
        passes(&world, 4).await;
    }
    let entries = program.entries("Private").await;
    assert_eq!(entries.len(), 1);
    assert_eq!(line(&entries[0], "UID:"), line(&made[0], "UID:"));
    assert!(!world.person("ben").await.has_read("canceled").await);
}

/// A calendar that was made anew has none of the entries, and has cancelled nothing.
#[tokio::test(flavor = "multi_thread")]
async fn bookings_stand_when_all_entries_are_gone_at_once() {
    let program = Program::start(Kind::Radicale).await;
    let config = tempfile::tempdir().unwrap();
    let world = world(config.path(), &program, "").await;
    let (ben, ana) = (book(&world, "ben").await, book(&world, "ana").await);
    let priya = world.person("priya").await;
    entries(&program, &world, |all| all.len() == 2).await;
    for name in program.named("Work").await {
        let (status, answer) =
            program.host(Method::DELETE, &format!("{}{name}.ics", program.calendar("Work")), "").await;
        assert!(status.is_success(), "{status} {answer}");
    }
    hears(&world, &priya, "all of my entries are gone from it at once").await;
    for guest in [&ben, &ana] {
        assert!(!guest.has_read("canceled").await);
    }
}

/// A server that refuses one entry for good.
#[tokio::test(flavor = "multi_thread")]
async fn an_entry_that_is_refused_stands_in_no_others_way_and_is_told_once() {
    let held: Arc<Mutex<BTreeMap<String, Option<String>>>> = Arc::default();
    let holds = Arc::clone(&held);
    let server = Running::start_with_head(move |_, method, path, body| {
        let mut held = holds.lock().unwrap();
        match method {
            "PROPFIND" => multistatus(&resource("/", CALENDAR)),
            "REPORT" => multistatus(""),
            "PUT" if held.is_empty() || held.get(path) == Some(&None) => {
                held.insert(path.to_owned(), None);
                StatusCode::CONFLICT.into_response()
            }
            "PUT" => {
                held.insert(path.to_owned(), Some(body.to_owned()));
                StatusCode::CREATED.into_response()
            }
            "GET" => match held.get(path) {
                Some(Some(text)) => text.clone().into_response(),
                _ => StatusCode::NOT_FOUND.into_response(),
            },
            _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
        }
    })
    .await;
    let config = tempfile::tempdir().unwrap();
    host_keeps(config.path(), "", &format!("caldav = '{}'", server.base));
    let world = begin(config.path()).await;
    let priya = world.person("priya").await;
    _ = book(&world, "ben").await;
    hears(&world, &priya, "Your calendar doesn't take the entry for your office hours with Ben Carter").await;
    _ = book(&world, "ana").await;
    for _ in 0..10 {
        passes(&world, 6).await;
    }
    let entered = held.lock().unwrap().values().flatten().cloned().collect::<Vec<_>>();
    assert_eq!(entered.len(), 1, "{entered:?}");
    assert!(entered[0].contains("Ana Souza"), "{}", entered[0]);
    let messages = priya.messages().await;
    let told = messages.iter().filter(|message| words(message).contains("doesn't take the entry")).count();
    assert_eq!(told, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_looks_at_the_hosts_calendars() {
    let program = Program::start(Kind::Radicale).await;
    let config = tempfile::tempdir().unwrap();
    let finds = async |calendar: String, password: &str| {
        host_keeps(config.path(), "", &calendar);
        let world = World::without_bot(config.path()).await;
        let mut doctor = canvass();
        doctor
            .arg("doctor")
            .arg("--config")
            .arg(config.path())
            .env("SLACK_BOT_TOKEN", "xoxb-sandbox")
            .env("SLACK_APP_TOKEN", "xapp-sandbox")
            .env("SLACK_API_URL", format!("{}/api/", world.base.trim_end_matches('/')))
            .env(SECRET, password);
        let said = doctor.output().unwrap();
        let text = String::from_utf8_lossy(&said.stdout).into_owned();
        let found = text.lines().find(|line| line.contains("calendar")).map(str::to_owned);
        found.unwrap_or_else(|| panic!("{said:?}"))
    };
    let work = format!("caldav = '{}'", program.calendar("Work"));
    let found = finds(work.clone(), PASSWORD).await;
    assert!(found.starts_with("ok") && found.contains("Priya Raman's calendar is read."), "{found}");
    let found = finds(work, "wrong").await;
    assert!(found.starts_with("FAULT") && found.contains("doesn't accept the user and password"), "{found}");
    let found = finds(format!("caldav = '{}'", program.base), PASSWORD).await;
    assert!(found.contains("several calendars and none is named; name one of `Private`, `Work`"), "{found}");
}

/// Whoever was named by a colleague and approached while the service ran is a guest like any other.
#[tokio::test(flavor = "multi_thread")]
async fn somebody_who_was_approached_since_is_entered_as_well() {
    let program = Program::start(Kind::Radicale).await;
    let config = tempfile::tempdir().unwrap();
    organisation(config.path(), &program, "");
    let file = config.path().join("people.toml");
    let people = fs::read_to_string(&file).unwrap();
    let (before, rest) = people.split_once("[people.lucia]").unwrap();
    let after = rest.split_once("[people.").map(|(_, after)| format!("[people.{after}")).unwrap();
    // She is in the workspace, which is made from the file, and then in the file no more.
    let mut world = World::without_bot(config.path()).await;
    world.secret(SECRET, PASSWORD);
    fs::write(&file, format!("{before}{after}")).unwrap();
    world.start_bot().await;
    world.advance_to("2026-12-03T18:00:00Z").await;
    let (dev, priya) = (world.person("dev").await, world.person("priya").await);
    let lucia = world.person("lucia").await;
    dev.clicks("Someone else decides").await;
    dev.submits(&[("how", json!("missing")), ("who", json!(lucia.id))]).await;
    world.settled().await;
    world.advance_to("2026-12-04T09:30:00Z").await;
    priya.clicks_on(&priya.reads("says that somebody is missing").await, "Approach them").await;
    let form =
        [("name", json!("Lucía Ortega")), ("audience", json!("engineer")), ("teams", json!(["checkout"]))];
    priya.submits(&form).await;
    lucia.reads("Lucía, ").await;
    _ = book(&world, "lucia").await;
    let made = entries(&program, &world, |all| all.len() == 1).await;
    assert!(made[0].contains("Lucía Ortega"), "{}", made[0]);
}
