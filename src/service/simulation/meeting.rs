//! What seldom comes together by chance, put together.

use jiff::civil::{Weekday, date};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::dice::Dice;
use super::organisation::{ADVOCATES, HUMANS};
use super::slack::Meets;
use super::story::{Deed, Step, stakeholder};

/// Things that seldom come together by chance.
pub(super) fn meeting(dice: &mut Dice) -> Vec<Step> {
    let hour = SignedDuration::from_hours;
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let step = |at: Timestamp, deed: Deed| Step { at, deed };
    // Before the days on which most messages go out, and those days' mornings.
    let eve = at(dice.pick(&["2026-11-13T16:00:00Z", "2026-11-27T16:00:00Z", "2026-12-11T16:00:00Z"]));
    let morning = at(dice.pick(&[
        "2026-11-16T08:59:00Z",
        "2026-11-30T08:59:00Z",
        "2026-12-15T09:59:00Z",
        "2026-12-22T09:59:00Z",
        "2027-01-05T09:59:00Z",
    ]));
    let who = stakeholder(dice);
    let other = stakeholder(dice);
    let post = Some("chat.postMessage");
    match dice.below(10) {
        // Nobody is read while people leave.
        kind @ (0 | 1) => {
            let deed = match kind {
                0 => Deed::Sleeps { hours: 64 },
                _ => {
                    let meets = dice.pick(&[Meets::Status(500), Meets::Unreachable]);
                    Deed::Meets {
                        method: Some("users.list"),
                        about: None,
                        meets,
                        times: 100_000,
                        minutes: 5_000,
                    }
                }
            };
            let mut steps = vec![step(eve, deed)];
            for _ in 0..3 {
                let after = hour(14 + dice.below(12) as i64);
                steps.push(step(eve + after, Deed::Leaves { who: stakeholder(dice), days: 6 }));
            }
            steps
        }
        // Refused for good.
        2 => {
            let code = dice.pick(&["invalid_blocks", "msg_too_long", "brand_new_error", "channel_not_found"]);
            let days = 5 + dice.below(3) as i64;
            let refuses = Deed::Refuses { method: "chat.postMessage", about: Some(who), code, days };
            vec![step(morning - hour(1), refuses)]
        }
        // In doubt, and not to be found out.
        3 => {
            let meets = dice.pick(&[Meets::LostAfter, Meets::LostBefore]);
            let code = dice.pick(&["missing_scope", "not_in_channel"]);
            let lost = Deed::Meets { method: post, about: None, meets, times: 3, minutes: 600 };
            let refuses = Deed::Refuses { method: "conversations.history", about: None, code, days: 12 };
            vec![step(morning, refuses), step(morning, lost)]
        }
        4 => vec![step(
            morning,
            Deed::Meets { method: post, about: None, meets: Meets::Limit(86_400), times: 1, minutes: 20 },
        )],
        5 => {
            let later = morning + hour(30 + dice.below(60) as i64);
            vec![
                step(morning - hour(1), Deed::Says { who, what: 0 }),
                step(morning + hour(26), Deed::Renames { who, with_was: false }),
                step(later, Deed::AddsWas { who }),
            ]
        }
        6 => {
            let monday = at("2026-11-30T18:00:00Z");
            let whom = ADVOCATES + 4 + dice.below(3);
            let referred = ADVOCATES + dice.below(4);
            let planned = Deed::Orders { who: 1, what: 6, whom, about: 1 };
            vec![
                step(monday, Deed::Refers { who: referred, whom }),
                step(monday + hour(15), Deed::Approaches),
                step(monday + hour(16 + dice.below(500) as i64), planned),
            ]
        }
        // Refused once, and not for what the message is.
        7 => {
            let meets = dice.pick(&[
                Meets::Status(403),
                Meets::Status(407),
                Meets::Refusal("restricted_action"),
                Meets::Refusal("team_access_not_granted"),
            ]);
            let times = dice.pick(&[1, 2]);
            vec![step(morning, Deed::Meets { method: post, about: None, meets, times, minutes: 30 })]
        }
        // While a digest is on its way.
        8 => {
            let monday =
                at("2026-12-07T08:00:00Z") + hour(24 * 7 * dice.below(8) as i64 + dice.below(2) as i64);
            let on_its_way = monday + SignedDuration::from_millis(15);
            vec![
                step(monday - hour(2), Deed::Answers { who, button: dice.below(3) }),
                step(on_its_way, Deed::Answers { who: other, button: dice.below(3) }),
            ]
        }
        _ => {
            let late = at("2027-01-06T15:00:00Z") + hour(dice.below(80) as i64);
            let second = SignedDuration::from_secs;
            let limit = Deed::Meets {
                method: Some("chat.update"),
                about: None,
                meets: Meets::Limit(dice.pick(&[30, 120, 86_400])),
                times: 1,
                minutes: 60,
            };
            vec![
                step(late - second(1), limit),
                step(late, Deed::Corrects { who: 0, about: 0 }),
                step(late + second(3), Deed::Answers { who, button: dice.below(3) }),
                step(late + second(6), Deed::Answers { who: other, button: dice.below(3) }),
            ]
        }
    }
}

/// Hardly an update is let through, every day; and whenever a digest is under way, people answer.
pub(super) fn crowded(seed: u64, start: Timestamp, end: Timestamp) -> Vec<Step> {
    let mut dice = Dice::new(seed ^ 0xc20);
    let mut steps = Vec::new();
    let mut midnight = start;
    while midnight < end {
        let (method, meets) = (Some("chat.update"), Meets::Limit(86_400));
        let deed = Deed::Meets { method, about: None, meets, times: 40, minutes: 600 };
        steps.push(Step { at: midnight, deed });
        let day = midnight.to_zoned(TimeZone::UTC).date();
        if day.weekday() == Weekday::Monday {
            // Nine o'clock where the advocates are, in winter.
            for (hour, who) in
                [8, 9].into_iter().flat_map(|hour| (ADVOCATES..HUMANS).map(move |who| (hour, who)))
            {
                let Ok(sharp) = day.at(hour, 0, 0, 0).to_zoned(TimeZone::UTC) else { continue };
                let at = sharp.timestamp() + SignedDuration::from_millis(10 + 12 * dice.below(10) as i64);
                steps.push(Step { at, deed: Deed::Answers { who, button: dice.below(4) } });
            }
        }
        midnight += SignedDuration::from_hours(24);
    }
    steps.retain(|step| (start..end).contains(&step.at));
    steps
}

/// Who has which account is not what it was, about the days on which most messages go out: an account from elsewhere has
/// the address of whoever goes, a wrong one is corrected while nobody can be read, and one that nobody has is named for
/// days; or an account is replaced between a backup and its restore. In the week after, a scope is missing for a moment.
pub(super) fn mistaken(seed: u64, start: Timestamp, end: Timestamp) -> Vec<Step> {
    let mut dice = Dice::new(seed ^ 0x1d5);
    let mut asking = Dice::new(seed ^ 0xa5c);
    let mut steps = Vec::new();
    let days =
        [date(2026, 11, 13), date(2026, 11, 27), date(2026, 12, 11), date(2026, 12, 21), date(2027, 1, 4)];
    for (day, kind) in days.into_iter().zip(seed..) {
        let Ok(eve) = day.at(16, 0, 0, 0).to_zoned(TimeZone::UTC) else { continue };
        let mut step = |after: i64, deed: Deed| {
            steps.push(Step { at: eve.timestamp() + SignedDuration::from_hours(after), deed });
        };
        let (who, mistaken) = (stakeholder(&mut dice), stakeholder(&mut dice));
        if kind % 2 == 0 {
            step(0, Deed::Outsider { who, bot: dice.chance(50) });
            step(1, Deed::Quits { who });
            step(2, Deed::Mistakes { who: mistaken, hours: 4 });
            let (method, meets) = (Some("users.list"), Meets::Status(500));
            step(5, Deed::Meets { method, about: None, meets, times: 100_000, minutes: 90 * 60 });
            // Nor does Slack tell of anybody's leave: whoever is written to has to be asked for.
            if 29_000 <= seed {
                step(0, Deed::Deafens { minutes: 90 * 60 });
                for after in [1, 1, 2, 2] {
                    step(after, Deed::Leaves { who: stakeholder(&mut asking), days: 6 });
                }
            }
            // For longer than the weekend.
            step(4, Deed::Misspells { who: stakeholder(&mut dice), hours: 120 });
        } else {
            // The weekend is over, and who was written to is somebody else's account by the afternoon.
            step(0, Deed::BacksUp);
            // Everybody asks something that the backup doesn't know.
            for who in (ADVOCATES..HUMANS).filter(|_| 25_000 <= seed) {
                let after = 1 + asking.below(22) as i64;
                let asks = Deed::Types { who, what: asking.below(6), thread: false };
                step(after, asks);
            }
            let monday = if day.weekday() == Weekday::Friday { 66 } else { 18 };
            for who in ADVOCATES..HUMANS {
                if dice.chance(40) {
                    step(monday + 4, Deed::Replaces { who });
                }
            }
            step(monday + 6, Deed::Restores { copied: false });
            // Whoever asks by the command leaves nothing in Slack to know the question by; they ask before and after, and
            // what goes out about it after is lost on its way.
            if 27_000 <= seed {
                for who in ADVOCATES..HUMANS {
                    step(1 + asking.below(17) as i64, Deed::Says { who, what: 4 });
                    step(monday + 7 + asking.below(3) as i64, Deed::Says { who, what: 4 });
                }
                let method = Some("chat.postMessage");
                for hour in 6..12 {
                    let meets = Meets::LostBefore;
                    step(monday + hour, Deed::Meets { method, about: Some(0), meets, times: 4, minutes: 59 });
                }
            }
        }
        // On Thursday the program starts with a wrong clock, which nobody contradicts.
        if 25_000 <= seed {
            let nobody = Deed::Meets {
                method: None,
                about: None,
                meets: Meets::Unreachable,
                times: 100_000,
                minutes: 90,
            };
            step(136, nobody);
            step(136, Deed::Dies { minutes: 5 });
            step(136, Deed::Strays { by: 40 * 24 * 60, minutes: 60 });
        }
        // On Wednesday a scope is missing for one call; everything else waits until it is known that it isn't any more.
        let (method, meets) = (Some("chat.postMessage"), Meets::Refusal("missing_scope"));
        step(112, Deed::Meets { method, about: None, meets, times: 1, minutes: 90 });
    }
    steps.retain(|step| (start..end).contains(&step.at));
    steps
}
