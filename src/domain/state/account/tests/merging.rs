//! Two ids that turn out to be one human.

use super::*;

type Way = fn(&mut Story);

/// The ways in which a second id turns out to be the same human: a rename, and a link to their account.
const WAYS: [(&str, Way); 2] = [
    ("a rename", |story| _ = story.renames("henrik", "henrik-olsen")),
    ("a link", |story| _ = story.links("henrik-olsen", "U0HENRIK", None)),
];

/// Tells what each of two ids did, makes them one in every way, and looks at what is known of the one.
fn merged(tell: fn(&mut Story), look: fn(&Story, &str)) {
    for (way, makes_one) in WAYS {
        let mut story = Story::default();
        story.links("henrik", "U0HENRIK", None);
        tell(&mut story);
        makes_one(&mut story);
        assert!(story.0.person(&person("henrik")).is_none(), "{way}");
        assert_eq!(story.0.by_slack[&slack("U0HENRIK")], person("henrik-olsen"), "{way}");
        look(&story, way);
    }
}

#[test]
fn merging_keeps_a_stop_of_either() {
    for id in ["henrik", "henrik-olsen"] {
        let about = Some(payments());
        for initiative in [None, about] {
            for (way, makes_one) in WAYS {
                let mut story = Story::default();
                story.links("henrik", "U0HENRIK", None);
                story.says(Event::Snoozed { person: person("henrik-olsen"), until: at(1) });
                story.says(Event::Stopped { person: person(id), initiative: initiative.clone() });
                makes_one(&mut story);
                let known = story.known("henrik-olsen");
                let stopped = known.stopped || known.stopped_initiatives.contains(&payments());
                assert!(stopped, "{way}: {id}");
            }
        }
    }
}

#[test]
fn merging_keeps_the_latest_snooze() {
    merged(
        |story| {
            story.says(Event::Snoozed { person: person("henrik"), until: at(900) });
            story.says(Event::Snoozed { person: person("henrik-olsen"), until: at(500) });
        },
        |story, way| assert_eq!(story.known("henrik-olsen").snoozed_until, Some(at(900)), "{way}"),
    );
}

#[test]
fn merging_unites_what_the_caps_count() {
    merged(
        |story| {
            story.intends(&pitch("henrik"));
            let PostKey::Touch(mut delivery) = pitch("henrik-olsen") else { unreachable!() };
            delivery.touch = Touch::LastCall;
            story.intends(&PostKey::Touch(delivery));
        },
        |story, way| assert_eq!(story.known("henrik-olsen").campaign.len(), 2, "{way}"),
    );
}

#[test]
fn merging_counts_a_message_that_may_have_arrived_under_either_id() {
    // It was sent under one id, and missed, or not yet tried, under the other.
    for arrived in ["henrik", "henrik-olsen"] {
        for (way, makes_one) in WAYS {
            let mut story = Story::default();
            story.links("henrik", "U0HENRIK", None);
            let other = if arrived == "henrik" { "henrik-olsen" } else { "henrik" };
            story.says(Event::PostMissed { key: pitch(other) });
            let post = story.sends(&pitch(arrived), "D1");
            makes_one(&mut story);
            assert!(story.may_have_got(&pitch("henrik-olsen")), "{way}: {arrived}");
            assert_eq!(story.0.post_of(&pitch("henrik-olsen")).unwrap().key, pitch("henrik-olsen"));
            let delivered = story.engagement("henrik-olsen").deliveries[&(Touch::Pitch, None)];
            assert_eq!(delivered, post, "{way}: {arrived}");
            let head = story.0.posts.len();
            story.intends(&pitch("henrik-olsen"));
            assert_eq!(story.0.posts.len(), head, "{way}: it is not intended again");
        }
    }
}

#[test]
fn merging_keeps_the_latest_stance() {
    for (first, second) in [("henrik", "henrik-olsen"), ("henrik-olsen", "henrik")] {
        for (way, makes_one) in WAYS {
            let mut story = Story::default();
            story.links("henrik", "U0HENRIK", None);
            story.answers(first, Stance::Considering, How::Clicked);
            story.answers(second, Stance::Declined, How::Clicked);
            makes_one(&mut story);
            let stance = story.engagement("henrik-olsen").stance().unwrap().stance;
            assert_eq!(stance, Stance::Declined, "{way}: {first}, then {second}");
        }
    }
}

#[test]
fn merging_keeps_all_bookings_and_questions() {
    merged(
        |story| {
            story.intends(&pitch("henrik"));
            story.intends(&pitch("henrik-olsen"));
            story.books("henrik", "priya", 0);
            story.books("henrik-olsen", "priya", 1);
            story.asks("henrik");
            story.asks("henrik-olsen");
        },
        |story, way| {
            let known = story.known("henrik-olsen");
            assert_eq!((known.bookings.len(), known.asked.len()), (2, 2), "{way}");
            assert!(
                story.0.bookings.values().all(|booking| booking.guest == person("henrik-olsen")),
                "{way}"
            );
            assert_eq!(story.engagement("henrik-olsen").said.len(), 2, "{way}");
        },
    );
}

#[test]
fn merging_keeps_the_slots_of_a_host_taken() {
    merged(
        |story| {
            story.books("ana", "henrik", 0);
            story.books("ben", "henrik-olsen", 1);
        },
        |story, way| {
            let host = person("henrik-olsen");
            assert_eq!(story.0.taken(&host).count(), 2, "{way}");
            assert_eq!(story.known("henrik-olsen").bookings.len(), 2, "{way}");
            let mut again = Story(story.0.clone());
            again.books("carla", "henrik-olsen", 0);
            assert_eq!(again.0.bookings.len(), 2, "{way}: no slot is sold twice");
        },
    );
}
