//! Composing App Home for an advocate of a large organisation.

use std::time::Duration;

use canvass::clock::monotonic;
use canvass::command::{Ahead, home};
use canvass::domain::effect::{DeliveryKey, PostKey};
use canvass::domain::engagement::{Audience, Stance, Touch};
use canvass::domain::event::{Event, How, Record, Renames};
use canvass::domain::ids::{MessageTs, PersonId, SlackUserId};
use canvass::domain::message::Page;
use canvass::domain::observation::Observations;
use canvass::domain::state::State;
use canvass::domain::survey::{Argued, Standings};
use canvass::{message, plan, slack as views};
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::figure::{Figures, millis, percentile};
use super::organisation::{Organisation, Touches, channel, initiative, person, slack};

const ORGANISATION: Organisation = Organisation {
    people: 2_000,
    initiatives: 50,
    touches: Touches::Five,
    one_zone: false,
    opens: jiff::civil::date(2026, 12, 14),
};

fn apply(state: &mut State, at: Timestamp, event: Event) {
    state.apply(&Record { seq: state.head.next(), at, cause: None, event });
}

/// Everybody was written to about everything, and a third has answered.
fn campaign(now: Timestamp, digest: &canvass::domain::program::ConfigDigest) -> State {
    let mut state = State::default();
    let adopted = Event::ConfigAdopted {
        digest: digest.clone(),
        initiatives: (0..ORGANISATION.initiatives).map(initiative).collect(),
        renamed: Renames::default(),
        quarters: Default::default(),
    };
    apply(&mut state, now, adopted);
    let advocate = PersonId::parse("priya").unwrap();
    let slack_id = SlackUserId::parse("UADVOCATE").unwrap();
    apply(
        &mut state,
        now,
        Event::PersonLinked { person: advocate, slack: slack_id, proof: None, replaces: None },
    );
    for who in 0..ORGANISATION.people {
        apply(
            &mut state,
            now,
            Event::PersonLinked { person: person(who), slack: slack(who), proof: None, replaces: None },
        );
        for about in 0..ORGANISATION.initiatives {
            let key = PostKey::Touch(DeliveryKey {
                person: person(who),
                initiative: initiative(about),
                quarter: ORGANISATION.quarter(),
                touch: Touch::Pitch,
                occurrence: None,
            });
            let (post, teams) = (key.id(), vec![ORGANISATION.team_of(who)]);
            let audience = Some(Audience::Engineer);
            let intended = Event::PostIntended {
                key,
                attempt: 1,
                deadline: now,
                teams: teams.clone(),
                audience,
                lists: Vec::new(),
                found_as: None,
            };
            apply(&mut state, now, intended);
            let ts = MessageTs::parse(&format!("{who}.{about:06}")).unwrap();
            apply(
                &mut state,
                now,
                Event::PostSent { post, attempt: 1, channel: channel(who), ts, former: None },
            );
            if (who + about) % 3 == 0 {
                let stance = Stance::ALL[(who + about) / 3 % Stance::ALL.len()];
                let taken = Event::StanceTaken {
                    person: person(who),
                    initiative: initiative(about),
                    teams,
                    quarter: ORGANISATION.quarter(),
                    stance,
                    how: How::Clicked,
                };
                apply(&mut state, now, taken);
            }
        }
    }
    state
}

#[test]
#[ignore = "a measurement"]
fn composing_app_home_for_two_thousand_people_and_fifty_initiatives() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let program = ORGANISATION.write(folder.path());
    let seen = Observations::default();
    let day = ORGANISATION.opens - 1.weeks();
    let now = program.calendar.zone.to_timestamp(day.at(12, 0, 0, 0)).unwrap();
    let state = campaign(now, &program.digest);
    let begun = monotonic();
    let until = now + SignedDuration::from_hours(24 * 7);
    let coming = plan::forecast(&program, &state, &seen, now, until);
    let looked_ahead = begun.elapsed();

    let begun = monotonic();
    let argued = Argued::of(&program);
    let argued_in = begun.elapsed();
    let begun = monotonic();
    let standings = Standings::of(&program, &state, &seen, &argued, |_| true, now);
    let standings_in = begun.elapsed();
    let ahead = Ahead { standings: &standings, coming: &coming, queue: &plan::Queue::default() };

    let mut figures = Figures::default();
    let advocate = SlackUserId::parse("UADVOCATE").unwrap();
    let pages = [
        ("the overview", Page::First),
        ("all initiatives", Page::Initiatives { from: 0 }),
        ("who stands where", Page::Coverage { initiative: initiative(3), from: 0 }),
        ("the week", Page::Week { from: 0 }),
        ("questions", Page::Questions { from: 0 }),
        ("left out", Page::Gaps { from: 0 }),
    ];
    for (name, page) in pages {
        let mut times: Vec<Duration> = (0..20)
            .map(|_| {
                let begun = monotonic();
                let home = home(&program, &state, &seen, ahead, &advocate, &page, now);
                let view = views::home_view(&home);
                assert!(view["blocks"].as_array().is_some_and(|blocks| !blocks.is_empty()));
                begun.elapsed()
            })
            .collect();
        let name = format!("App Home of 2,000 people x 50 initiatives: {name}");
        figures.within(&name, Duration::from_millis(20), percentile(&mut times, 95));
    }
    let copying = monotonic();
    let copy = state.clone();
    let copied_in = copying.elapsed();
    drop(copy);
    figures.told("  how all stand, once for all advocates", &format!("{standings_in:?}"));
    figures.told("  copying the state for it, while the writer waits", &format!("{copied_in:?}"));
    figures.told("  looking a week ahead, once for all advocates", &format!("{looked_ahead:?}"));
    figures.told("  what is argued to whom, once a configuration", &format!("{argued_in:?}"));
    let digest = PostKey::Digest { to: PersonId::parse("priya").unwrap(), on: day };
    let mut times: Vec<Duration> = (0..5)
        .map(|_| {
            let begun = monotonic();
            message::compose(&program, &state, &seen, &digest, &[], None, now).unwrap();
            begun.elapsed()
        })
        .collect();
    figures.told("  a digest about all of it", &millis(percentile(&mut times, 50)));
    figures.settle();
}
