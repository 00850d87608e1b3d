//! Who is left out and whom to talk to next: the same on a page over everything and on the page of each
//! initiative.

use super::world::{Life, at, initiative, person, program, somebody, team};
use crate::domain::approach::Approach;
use crate::domain::booking::{Subject, Via, Word};
use crate::domain::coverage::{Coverage, Gap};
use crate::domain::effect::PostKey;
use crate::domain::engagement::{Audience, Stance};
use crate::domain::event::{Event, Said};
use crate::domain::ids::Seq;
use crate::domain::next::{Next, Why};
use crate::domain::observation::Seen;
use crate::domain::progress::Progress;
use crate::domain::survey::{Argued, Standings};

/// The gaps of the only initiative, which are the same everywhere, and whom to talk to next.
fn left_out(life: &Life) -> (Vec<Gap>, Vec<Next>) {
    let Life { program, state, seen, now, .. } = life;
    let of = &program.initiatives[0];
    let sorted = |gaps: &[Gap]| {
        let mut gaps = gaps.to_vec();
        gaps.sort_by_key(|gap| format!("{gap:?}"));
        gaps
    };
    let gaps = sorted(&Coverage::of(program, state, seen, of, *now).gaps);
    let standings = Standings::of(program, state, seen, &Argued::of(program), |_| true, *now);
    let survey = standings.survey(program, |_| true, 9);
    assert_eq!(gaps, sorted(&survey.gaps[0]));
    assert_eq!(survey.progress[0], Progress::of(state, seen, of, &program.stakeholders(of)));
    (gaps, survey.next)
}

fn talks_to(next: &[Next], id: &str) -> bool {
    next.iter().any(|next| next.person == Some(person(id)))
}

fn books(life: &mut Life, guest: &str, host: &str, starts: &str) -> Seq {
    life.happens(Event::SlotBooked {
        guest: person(guest),
        host: person(host),
        starts: at(starts),
        minutes: 30,
        subject: Some(Subject { initiative: initiative("payments"), quarter: "2027-Q1".parse().unwrap() }),
        topic: None,
        via: Via::Slack,
    });
    life.state.head
}

#[test]
fn a_booking_of_which_nobody_says_how_it_went_is_a_gap_and_its_guest_is_talked_to_next() {
    let mut life = Life::begin(program());
    life.until(at("2026-11-20T10:00:00Z"));
    books(&mut life, "ana", "priya", "2026-11-24T15:00:00Z");
    let unsaid = Gap::Unsaid { person: person("ana"), host: person("priya") };
    let (gaps, next) = left_out(&life);
    assert!(!gaps.contains(&unsaid) && !talks_to(&next, "ana"), "it is ahead: {gaps:?} {next:?}");
    life.until(at("2026-12-15T12:00:00Z"));
    let (gaps, _) = left_out(&life);
    assert!(gaps.contains(&unsaid), "{gaps:?}");
    // Whoever else is silent is talked to elsewhere.
    for other in ["ben", "carla", "dev", "eli"] {
        life.takes(other, "payments", Stance::Supportive);
    }
    let (_, next) = left_out(&life);
    assert!(talks_to(&next, "ana"), "{next:?}");
    life.happens(Event::ConversationRecorded {
        person: person("ana"),
        initiative: initiative("payments"),
        quarter: "2027-Q1".parse().unwrap(),
        by: person("priya"),
        note: None,
    });
    assert!(!left_out(&life).0.contains(&unsaid), "they talked since");
}

#[test]
fn once_the_host_is_gone_the_advocates_are_asked_how_a_booking_went() {
    let asked = |life: &Life| {
        let to = life.sent.iter().filter_map(|(_, post)| match &post.key {
            PostKey::Booking { to, word: Word::Aftermath, .. } => Some(to.to_string()),
            _ => None,
        });
        to.collect::<Vec<_>>()
    };
    let mut life = Life::begin(program());
    life.until(at("2026-11-20T10:00:00Z"));
    let booking = books(&mut life, "ana", "ben", "2026-11-24T15:00:00Z");
    life.until(at("2026-12-11T12:00:00Z"));
    assert_eq!(asked(&life), ["ben"]);
    let seen = Seen {
        as_of: life.now,
        account: None,
        zone: None,
        mail: None,
        deactivated: true,
        quiet: None,
        away_until: None,
    };
    life.sees("ben", seen);
    life.until(at("2026-12-14T12:00:00Z"));
    assert_eq!(asked(&life), ["ben", "priya"]);
    life.happens(Event::BookingClosed { booking, by: person("priya"), met: false, note: None });
    let unsaid = Gap::Unsaid { person: person("ana"), host: person("ben") };
    assert!(!left_out(&life).0.contains(&unsaid));
}

#[test]
fn a_concern_that_is_settled_is_no_reason_to_talk_any_more() {
    let mut life = Life::begin(program());
    life.until(at("2026-11-20T10:00:00Z"));
    life.takes("ana", "payments", Stance::Concerned);
    life.says("ana", Some("payments"), Said::Concern);
    let concern = |life: &Life| {
        let (_, next) = left_out(life);
        next.iter().any(|next| matches!(next.why, Why::Concern { .. }))
    };
    assert!(concern(&life));
    life.happens(Event::ConcernReleased {
        person: person("ana"),
        initiative: initiative("payments"),
        quarter: "2027-Q1".parse().unwrap(),
        by: person("priya"),
    });
    assert!(!concern(&life), "{:?}", left_out(&life).1);
}

#[test]
fn everywhere_the_same_people_are_left_out() {
    let mut approaching = program();
    // Nia has no role but the one that she is approached for, and Ana is listed twice.
    approaching.people.insert(person("nia"), somebody("nia", None, &[], "Europe/Lisbon"));
    let zoe = somebody("zoe", Some(Audience::Product), &["checkout"], "Europe/Lisbon");
    approaching.people.insert(person("zoe"), zoe);
    let of = &mut approaching.initiatives[0];
    of.asks.get_mut(&team("search")).unwrap().required.insert(Audience::Product);
    let mut life = Life::begin(approaching);
    life.suspicious = false;
    let nobody = Gap::NobodyInAudience { team: team("search"), audience: Audience::Product };
    assert!(left_out(&life).0.contains(&nobody));
    life.program.initiatives[0].approached.push(Approach {
        person: person("nia"),
        audience: Audience::Product,
        teams: vec![team("search")],
        relieves: Default::default(),
        by: person("priya"),
        at: life.now,
        since: Default::default(),
    });
    life.seen.same.insert(person("zoe"), person("ana"));
    life.happens(Event::HandedOver {
        person: person("ana"),
        initiative: initiative("payments"),
        quarter: "2027-Q1".parse().unwrap(),
        by: person("priya"),
        taken: true,
    });
    life.takes("zoe", "payments", Stance::Supportive);
    let (gaps, _) = left_out(&life);
    assert!(!gaps.contains(&nobody), "{gaps:?}");
    assert!(gaps.contains(&Gap::HandedOver { person: person("ana"), by: person("priya") }), "{gaps:?}");
    let argued = Argued::of(&life.program);
    let standings = Standings::of(&life.program, &life.state, &life.seen, &argued, |_| true, life.now);
    let progress = standings.survey(&life.program, |_| true, 0).progress[0];
    assert_eq!(progress.people, 6, "Ana is one human");
    assert_eq!((progress.engaged, progress.in_favour), (1, 1), "what is known under either id counts");
}
