//! Planning a large organisation, from nothing and after one event.

use std::time::Duration;

use canvass::clock::monotonic;
use canvass::domain::engagement::Stance;
use canvass::domain::event::{Event, How, Record, Renames};
use canvass::domain::observation::Observations;
use canvass::domain::state::State;
use canvass::plan::{Plan, touched};
use jiff::{Timestamp, ToSpan};

use super::figure::{Figures, percentile};
use super::organisation::{Organisation, Touches, initiative, person, slack};

const ORGANISATION: Organisation = Organisation {
    people: 10_000,
    initiatives: 20,
    touches: Touches::Five,
    one_zone: false,
    opens: jiff::civil::date(2026, 12, 14),
};

fn timed<T>(run: impl FnOnce() -> T) -> (T, Duration) {
    let begun = monotonic();
    let result = run();
    (result, begun.elapsed())
}

fn apply(state: &mut State, at: Timestamp, event: Event) -> Record {
    let record = Record { seq: state.head.next(), at, cause: None, event };
    state.apply(&record);
    record
}

#[test]
#[ignore = "a measurement"]
fn planning_ten_thousand_people_and_twenty_initiatives_for_five_touches() {
    let home = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let program = ORGANISATION.write(home.path());
    let seen = Observations::default();
    let mut state = State::default();
    let at = |weeks: i64| {
        let day = ORGANISATION.opens - weeks.weeks();
        program.calendar.zone.to_timestamp(day.at(12, 0, 0, 0)).unwrap()
    };
    let adopted = Event::ConfigAdopted {
        digest: program.digest.clone(),
        initiatives: (0..ORGANISATION.initiatives).map(initiative).collect(),
        renamed: Renames::default(),
        quarters: Default::default(),
    };
    apply(&mut state, at(5), adopted);
    for who in 0..ORGANISATION.people {
        apply(
            &mut state,
            at(5),
            Event::PersonLinked { person: person(who), slack: slack(who), proof: None, replaces: None },
        );
    }

    let mut from_nothing = Vec::new();
    for weeks in [5, 4, 2, 0] {
        let (plan, time) = timed(|| Plan::from_nothing(&program, &state, &seen, at(weeks)));
        let due = plan.due(at(weeks)).len();
        assert_eq!(due > 0, weeks != 5, "{due} due {weeks} weeks before planning opens");
        from_nothing.push(time);
    }
    let now = at(2);
    let mut plan = Plan::from_nothing(&program, &state, &seen, now);
    let mut after_one = Vec::new();
    for who in 0..200 {
        let event = Event::StanceTaken {
            person: person(who * 37),
            initiative: initiative(who % ORGANISATION.initiatives),
            teams: vec![ORGANISATION.team_of(who * 37)],
            quarter: ORGANISATION.quarter(),
            stance: Stance::Supportive,
            how: How::Clicked,
        };
        let record = apply(&mut state, now, event);
        let ((), time) = timed(|| {
            let touched = touched(&program, &state, &record);
            plan.refresh(&program, &state, &seen, now, &touched);
        });
        after_one.push(time);
    }
    let event = Event::ItemPlanned {
        initiative: initiative(0),
        team: ORGANISATION.team_of(60),
        quarter: ORGANISATION.quarter(),
        by: person(0),
        link: None,
    };
    let record = apply(&mut state, now, event);
    let ((), whole_team) = timed(|| {
        let touched = touched(&program, &state, &record);
        plan.refresh(&program, &state, &seen, now, &touched);
    });

    let mut figures = Figures::default();
    let worst = percentile(&mut from_nothing, 100);
    figures.within(
        "10,000 people x 20 initiatives x 5 touches planned from nothing",
        Duration::from_secs(1),
        worst,
    );
    let name = "  again after one answer, the slowest of 200";
    figures.within(name, Duration::from_millis(10), percentile(&mut after_one, 100));
    figures.within("  again after one item planned, a team of fifty", Duration::from_millis(10), whole_team);
    figures.settle();
}
