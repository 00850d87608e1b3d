//! What is looked at once a day, and at the end.

use jiff::{SignedDuration, Timestamp};

use super::house::House;
use super::organisation::{self, ADVOCATES, HUMANS, Human, given_name};
use super::slack::Account;
use crate::domain::coverage::{Coverage, Gap, Standing};
use crate::domain::effect::PostId;
use crate::domain::event::{Cause, PauseReason};
use crate::domain::state::Phase;
use crate::plan::{self, Outcome};

const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// For how long everything has been as it should, if it is: the program runs and hears, the clock is right, and
/// Slack does what it is asked.
pub(super) fn well(house: &House) -> Option<SignedDuration> {
    well_but(house, house.faults_until)
}

/// The same, but for the faults that don't count.
fn well_but(house: &House, faults_until: Timestamp) -> Option<SignedDuration> {
    let refuses = house.refuses_until;
    let now = house.time.truth();
    let steady = steady_but(house, faults_until).filter(|_| refuses < now)?;
    Some(steady.min(now.duration_since(refuses)))
}

/// The same, but for what Slack refuses again and again.
fn steady(house: &House) -> Option<SignedDuration> {
    steady_but(house, house.faults_until)
}

fn steady_but(house: &House, faults_until: Timestamp) -> Option<SignedDuration> {
    let now = house.time.truth();
    let fine = house.time.is_right() && faults_until < now && !house.slack.with(|all| all.revoked);
    let since = house.well_since.filter(|_| fine)?.max(faults_until);
    Some(now.duration_since(since))
}

pub(super) fn check(house: &mut House) {
    house.sees();
    let now = house.time.truth();
    let (well, steady) = (well(house), steady(house));
    let long = |hours: i64| well.is_some_and(|well| HOUR * (hours as i32) <= well);
    let steadily = |hours: i64| steady.is_some_and(|steady| HOUR * (hours as i32) <= steady);
    typed(house, long(6));
    let Some(process) = &house.process else { return };
    let state = process.writer.state().clone();
    let (program, seen) = (process.program(), process.shared.seen());
    let mut broken: Vec<(&'static str, String)> = Vec::new();

    // A pause because of the configuration ends by itself once Slack takes calls again.
    match &state.paused {
        Some((_, PauseReason::Configuration { code }))
            if !house.slack.with(|workspace| workspace.revoked) =>
        {
            let since = *house.configuration_paused_since.get_or_insert(now);
            if long(30) && since + HOUR * 30 <= now {
                broken.push((
                    "a pause of configuration ends by itself",
                    format!("paused for {code} since {since}"),
                ));
            }
        }
        _ => house.configuration_paused_since = None,
    }
    // Nothing is in doubt for ever.
    for id in &state.unsettled {
        let Some(post) = state.post(*id) else { continue };
        if let Phase::Intended { deadline } = post.phase
            && deadline + HOUR * 72 < now
            && long(72)
        {
            broken.push(("nothing is in doubt for ever", format!("{:?} since {deadline}", post.key)));
        }
        // While look-ups are refused it may be: somebody hears of that.
        if let Phase::Intended { deadline } = post.phase
            && post.key.delivery().is_some()
            && deadline + HOUR * 96 < now
            && steadily(72)
        {
            let whom = house.truth.human(post.key.to().as_str());
            let told = house.slack.with(|workspace| {
                workspace.shown.iter().any(|shown| {
                    let advocate = house.truth.human_of(&shown.to).is_some_and(|human| human < ADVOCATES);
                    let text = shown.what.to_string();
                    let says = ["look up", "aused"].iter().any(|word| text.contains(word));
                    deadline < shown.at && advocate && (says || whom.is_some_and(|whom| names(&text, whom)))
                })
            });
            if !told {
                let how = format!("{:?} in doubt since {deadline}, and no advocate was told", post.key);
                broken.push(("what can't be found out is heard of", how));
            }
        }
    }
    let mut unreachable = std::collections::BTreeSet::new();
    let mut gone = std::collections::BTreeSet::new();
    let mut gaps: Vec<(Human, usize)> = Vec::new();
    for proposal in house.organisation.proposals.clone() {
        let Some(initiative) = program.initiatives.iter().find(|of| of.id.as_str() == proposal.id) else {
            continue;
        };
        let coverage = Coverage::of(&program, &state, &seen, initiative, now);
        for gap in &coverage.gaps {
            let (who, set) = match gap {
                Gap::Unreachable { person, .. } => (person, Some(&mut unreachable)),
                Gap::Deactivated { person } | Gap::NotInSlack { person, .. } => (person, Some(&mut gone)),
                Gap::Unknown { person }
                | Gap::Missed { person }
                | Gap::Refused { person, .. }
                | Gap::Concerned { person, .. }
                | Gap::Referred { person, .. }
                | Gap::Named { person, .. }
                | Gap::Unasked { person, .. }
                | Gap::Stopped { person } => (person, None),
                Gap::HandedOver { person, .. } | Gap::Unsaid { person, .. } => (person, None),
                _ => continue,
            };
            if let Some(human) = house.truth.human(who.as_str()) {
                gaps.push((human, proposal.number));
                // Of two ids for one human, one may name an account that is no more.
                let listed = house.organisation.entries.iter();
                let once = listed.filter(|entry| house.truth.human(&entry.id) == Some(human)).count() < 2;
                if let Some(set) = set.filter(|_| once) {
                    set.insert(human);
                }
            }
        }
        // Whoever asked is engaged.
        for cell in &coverage.cells {
            for covered in &cell.people {
                let Some(human) = house.truth.human(covered.person.as_str()) else { continue };
                // What an account asked stays with it once another is named or has come.
                let account = house.truth.rightful(human);
                let first = account == Some(organisation::account(human).as_str());
                let settled = house.truth.settled(human).is_some_and(|since| since + HOUR * 25 < now);
                let asked = house.promise.asked.contains(&(human, proposal.number)) && first && settled;
                let asked = asked && long(1);
                if asked && covered.standing < Standing::Engaged && house.promise.rewound_never() {
                    let how = format!(
                        "{} asked about {} and counts as {:?}",
                        given_name(human),
                        proposal.id,
                        covered.standing
                    );
                    broken.push(("whoever asked is engaged", how));
                }
            }
        }
        refusals(house, proposal.number, &gaps, steadily(72), &mut broken);
    }
    // Who can't be reached is tried again within a week.
    since(&mut house.unreachable_since, &unreachable, now);
    since(&mut house.gone_since, &gone, now);
    for (human, since) in &house.unreachable_since {
        let there = house.truth.rightful(*human).is_some();
        // Once everything was said nothing is left to try it with.
        let tried = now < last_try();
        if there && tried && *since + HOUR * (24 * 16) < now && long(24 * 15) {
            broken.push(("nobody is unreachable for ever", format!("{} since {since}", given_name(*human))));
        }
    }
    for (human, since) in &house.gone_since {
        let there = house.truth.rightful(*human).is_some();
        let settled = house.truth.settled(*human).is_some_and(|at| at + HOUR * 30 < now);
        if there && settled && *since + HOUR * 26 < now && long(26) {
            broken
                .push(("whoever has an account isn't gone", format!("{} since {since}", given_name(*human))));
        }
    }
    digests(house, &state, now, long(30), &mut broken);
    for (rule, how) in broken {
        house.promise.breaks(rule, now, how);
    }
}

/// When the last messages of the campaign are over.
fn last_try() -> Timestamp {
    "2027-01-11T00:00:00Z".parse().unwrap()
}

fn since(
    kept: &mut std::collections::BTreeMap<Human, Timestamp>,
    present: &std::collections::BTreeSet<Human>,
    now: Timestamp,
) {
    kept.retain(|human, _| present.contains(human));
    for human in present {
        kept.entry(*human).or_insert(now);
    }
}

/// Whether a text names somebody, or mentions an account of theirs.
pub(super) fn names(text: &str, human: Human) -> bool {
    text.contains(given_name(human)) || text.contains(&given_name(human).to_uppercase())
}

/// Every question that was typed is on record, however deaf the program was.
fn typed(house: &mut House, well: bool) {
    if !well {
        return;
    }
    let now = house.time.truth();
    // A journal that is put back loses what was on record, so it is looked at for as long as a sweep reaches.
    house.typed.retain(|(_, _, at, _)| now < *at + HOUR * (24 * 13));
    let old = |at: Timestamp| at + HOUR * 24 < now;
    let due: Vec<_> = house.typed.iter().filter(|(_, _, at, _)| old(*at)).cloned().collect();
    for (channel, ts, at, human) in due {
        // What advocates write is an answer, or a note to themselves.
        let known = ADVOCATES <= human
            && house.truth.rightful(human).map(|account| format!("D{}", &account[1..]))
                == Some(channel.clone())
            && house.truth.settled(human).is_some_and(|since| since < at);
        let heard = house.disk.read(|records, _| {
            records.iter().any(|record| match &record.cause {
                Some(Cause::Message(of, place)) => of.as_str() == channel && place.as_str() == ts,
                _ => false,
            })
        });
        // A conversation that Slack denies is there is not looked through again.
        let denied = at < house.refuses_until && house.promise.rewound_since(at);
        if known && !heard && !denied {
            let how = format!("{} asked at {at}, and that is on no record", given_name(human));
            house.promise.breaks("nothing that was typed is lost", now, how);
        }
    }
}

/// Somebody hears of every refusal that ended a campaign message.
fn refusals(
    house: &House,
    about: usize,
    gaps: &[(Human, usize)],
    well: bool,
    broken: &mut Vec<(&'static str, String)>,
) {
    if !well {
        return;
    }
    let now = house.time.truth();
    house.slack.with(|workspace| {
        for refused in workspace.refused.iter().filter(|refused| refused.method == "chat.postMessage") {
            let Some((human, of)) =
                refused.mark.as_ref().and_then(|mark| house.promise.touch_of(mark, &house.truth))
            else {
                continue;
            };
            if of != about || now < refused.at + HOUR * 96 || house.promise.rewound_since(refused.at) {
                continue;
            }
            let came = workspace.shown.iter().any(|shown| shown.mark == refused.mark);
            let told = || {
                workspace.shown.iter().any(|shown| {
                    let advocate = house.truth.human_of(&shown.to).is_some_and(|human| human < ADVOCATES);
                    let text = shown.what.to_string();
                    refused.at < shown.at && advocate && (names(&text, human) || text.contains("aused"))
                })
            };
            if !came && !gaps.contains(&(human, of)) && !told() {
                let how = format!(
                    "{} was refused a message ({}) at {}",
                    given_name(human),
                    refused.code,
                    refused.at
                );
                broken.push(("every refusal is heard of", how));
            }
        }
    });
}

/// Each digest tells what happened since the one before.
fn digests(
    house: &House,
    state: &crate::domain::state::State,
    now: Timestamp,
    well: bool,
    broken: &mut Vec<(&'static str, String)>,
) {
    let tuesday = now.to_zoned(jiff::tz::TimeZone::UTC).weekday() == jiff::civil::Weekday::Tuesday;
    // A digest that could not go on its day leaves its news to the next one.
    let hindered = now < house.faults_until + HOUR * 48;
    if !tuesday || !well || hindered || state.paused.is_some() || !house.promise.rewound_never() {
        return;
    }
    for proposal in &house.organisation.proposals {
        let advocate = proposal.advocate;
        let reader = house.truth.rightful(advocate).is_some()
            && house.truth.settled(advocate).is_some_and(|at| at + HOUR * 48 < now);
        let last =
            house.promise.digests.get(&advocate).and_then(|all| all.last()).copied().unwrap_or_default();
        // Digests go on Monday, 9:00 where the advocate is.
        let zones = house.truth.zones(advocate);
        let moment = zones.iter().filter_map(|zone| {
            let monday = now.to_zoned(zone.clone()).date().yesterday().ok()?;
            monday.at(9, 0, 0, 0).to_zoned(zone.clone()).ok().map(|at| at.timestamp())
        });
        let Some(moment) = moment.min() else { continue };
        // Whoever Slack refused gets nothing for a week.
        let refused = house.slack.with(|workspace| {
            let account = house.truth.rightful(advocate);
            let theirs = |refused: &&super::slack::Refused| account == refused.about.as_deref();
            let week = |refused: &super::slack::Refused| now < refused.at + HOUR * (24 * 9);
            workspace.refused.iter().filter(theirs).any(week)
        });
        if refused {
            continue;
        }
        let untold = house
            .promise
            .news
            .iter()
            .find(|(seq, at, about)| *about == proposal.number && last < *seq && *at < moment);
        if let (true, Some((_, at, _))) = (reader, untold) {
            let how = format!("an answer at {at} is in no digest to {}", given_name(advocate));
            broken.push(("a digest tells all that is new", how));
        }
    }
}

/// What is due goes out, whatever Slack asked for once.
pub(super) fn overdue(house: &mut House) {
    let now = house.time.truth();
    if well(house).is_none_or(|well| well < HOUR * 5) || house.promise.strayed.is_some() {
        return;
    }
    let due = house.around.due.lock().unwrap().clone();
    if let Some((key, since)) = due.iter().find(|(_, since)| **since + HOUR * 5 < now) {
        let how = format!("{key} is due since {since}");
        house.promise.breaks("what is due goes out within hours", now, how);
    }
}

/// Whoever clicked sees soon what came of it.
pub(super) fn clicked(house: &mut House, who: Human, mark: &str) {
    if well_but(house, house.other_faults_until).is_none_or(|well| well < HOUR) {
        return;
    }
    let Some(process) = &house.process else { return };
    // While everything is refused it is left as it is.
    if matches!(process.writer.state().paused, Some((_, PauseReason::Configuration { .. }))) {
        return;
    }
    let (state, program) = (process.writer.state().clone(), process.program());
    // What was sent to somebody whom the files don't name, or to an account that they don't mean any more, stays as it was;
    // the click has an answer of its own.
    let named = |id: &PostId| {
        let to = state.post(*id).and_then(|post| program.people.get(post.key.to()));
        to.is_some_and(|to| !to.is_in_question(&state))
    };
    let waits = state.outdated.iter().any(|id| id.to_string().starts_with(mark) && named(id));
    if waits {
        let now = house.time.truth();
        let how =
            format!("{} clicked half a minute ago, and the message {mark} is as before", given_name(who));
        house.promise.breaks("what somebody clicked is shown soon", now, how);
    }
}

/// What was foreseen is what came, if nothing came between.
pub(super) fn compare(
    house: &mut House,
    foreseen: &[(String, String, Timestamp)],
    since: Timestamp,
    undisturbed: bool,
) {
    house.sees();
    if !undisturbed || well(house).is_none() || house.well_since.is_none_or(|at| since < at) {
        return;
    }
    let now = house.time.truth();
    let came = house.promise.arrivals(since);
    let until = now - SignedDuration::from_mins(10);
    for (to, key, at) in foreseen {
        if !came.iter().any(|(who, what, _)| who == to && what == key) {
            house.promise.breaks(
                "the forecast is true when nothing intervenes",
                now,
                format!("{to} was to get {key} at {at}"),
            );
        }
    }
    for (to, key, at) in came.iter().filter(|(_, _, at)| *at < until) {
        if !foreseen.iter().any(|(who, what, _)| who == to && what == key) {
            house.promise.breaks(
                "the forecast is true when nothing intervenes",
                now,
                format!("{to} got {key} at {at}"),
            );
        }
    }
}

/// Rights go by the account that the files mean.
pub(super) fn rights(house: &mut House, account: &Account, words: &str, answers: &[String]) {
    let now = house.time.truth();
    let text = answers.join(" ");
    if text.is_empty() {
        return;
    }
    let day = HOUR * 25;
    match house.truth.human_of(&account.id) {
        None => {
            let since = house.wrong_accounts.get(&account.id).copied();
            let old =
                since.is_some_and(|since| since + day < now) && well(house).is_some_and(|well| day < well);
            let meant = (0..HUMANS).any(|human| house.truth.rightful(human) == Some(account.id.as_str()));
            let names = (0..HUMANS)
                .any(|human| ADVOCATES <= human && text.contains(&format!("{} Example", given_name(human))));
            if old && !meant && names {
                let how = format!("{} said “{words}” and read names", account.id);
                house.promise.breaks("rights belong to the account that is meant", now, how);
            }
        }
        Some(human) => {
            let rightful = house.truth.rightful(human) == Some(account.id.as_str());
            let old = house.truth.settled(human).is_some_and(|at| at + day < now)
                && well(house).is_some_and(|well| day < well);
            if rightful && old && text.contains("don't know you") {
                let how = format!("{} said “{words}” and isn't known", given_name(human));
                house.promise.breaks("whoever is meant is known", now, how);
            }
        }
    }
}

/// At the end: nobody was left out without a word.
pub(super) fn finish(house: &mut House) {
    check(house);
    let now = house.time.truth();
    if well(house).is_none_or(|well| well < HOUR * 48) {
        return;
    }
    let Some(process) = &house.process else { return };
    let state = process.writer.state().clone();
    let (program, seen) = (process.program(), process.shared.seen());
    let explanation = plan::explain(&program, &state, &seen, now, now + HOUR * 24);
    let mut broken = Vec::new();
    for proposal in &house.organisation.proposals {
        let Some(plan) = explanation.initiatives.iter().find(|of| of.initiative.as_str() == proposal.id)
        else {
            continue;
        };
        for human in 0..HUMANS {
            if human == proposal.advocate || !house.organisation.is_stakeholder(human, proposal) {
                continue;
            }
            let rows: Vec<_> = plan
                .people
                .iter()
                .filter(|row| house.truth.human(row.person.as_str()) == Some(human))
                .collect();
            if rows.is_empty() {
                broken.push((
                    "nobody is left out without a word",
                    format!("{} is on no row of {}", given_name(human), proposal.id),
                ));
            }
            for touch in rows.iter().flat_map(|row| &row.touches) {
                if let Outcome::Planned(at) = &touch.outcome
                    && at.timestamp() + HOUR < now
                {
                    let how = format!(
                        "{} {} is planned for {at}, which is over",
                        given_name(human),
                        touch.touch.word()
                    );
                    broken.push(("what is shown as planned is to come", how));
                }
            }
            let reached = house.promise.reached(human, proposal.number);
            let explained = rows.iter().any(|row| {
                row.skipped.is_some()
                    || row.touches.iter().any(|touch| matches!(touch.outcome, Outcome::Skipped(_)))
            });
            if !reached && !explained {
                broken.push((
                    "nobody is left out without a word",
                    format!("{} got nothing about {}", given_name(human), proposal.id),
                ));
            }
        }
    }
    for (rule, how) in broken {
        house.promise.breaks(rule, now, how);
    }
}
