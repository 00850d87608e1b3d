//! What every message that arrives is held against.

use std::collections::BTreeSet;

use jiff::civil::{Time as Wall, Weekday, date};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::checks::names;
use super::organisation::{ADVOCATES, Human, account, given_name};
use super::promise::{Act, Intended, Promise, Touched};
use super::slack::{Account, How, Shown};
use super::truth::{Truth, WORD};
use crate::domain::effect::PostKey;
use crate::domain::engagement::{Stance, Touch};

const HOUR: i64 = 3600;

impl Promise {
    pub(super) fn show(&mut self, shown: &Shown, truth: &Truth) {
        let reader = truth.human_of(&shown.to);
        let text = shown.what.to_string();
        // Whom the file names as an advocate is one, until it is corrected.
        let reads = |human| reader == Some(human) || truth.names(&shown.to, human);
        if !(0..ADVOCATES).any(reads) {
            let other = self
                .words
                .iter()
                .find(|(word, by)| reader != Some(**by) && ADVOCATES <= **by && text.contains(word.as_str()));
            if let Some((word, by)) = other {
                let how =
                    format!("{} was shown {}'s word {word}, {:?}", shown.to, given_name(*by), shown.how);
                self.breaks("nobody reads another's words", shown.at, how);
            }
        }
        if let Some(before) = &shown.before {
            let (before, now) = (self.whose(&before.to_string()), self.whose(&text));
            if !before.is_empty() && !now.is_empty() && before.is_disjoint(&now) {
                let name = |human: &Human| given_name(*human);
                let [before, now] =
                    [before, now].map(|all| all.iter().map(name).collect::<Vec<_>>().join(" and "));
                let how = format!("{} has one of {before}'s words, and then of {now}'s", shown.to);
                self.breaks("a message stays about whom it was about", shown.at, how);
            }
        }
        if shown.how != How::Message {
            return;
        }
        let Some(mark) = &shown.mark else { return };
        let Some(intended) = self.posts.get(mark).cloned() else {
            let how = format!("{} got a post {mark} that is on no record", shown.to);
            return self.breaks("what is sent is on record before", shown.at, how);
        };
        if !truth.accounts.get(&shown.to).is_some_and(Account::is_ours) {
            let how = format!("{} is no active human member, and got {:?}", shown.to, intended.key.word());
            self.breaks("only active humans of our own are written to", shown.at, how);
        }
        let name = reader.map_or_else(|| shown.to.clone(), |human| given_name(human).to_owned());
        let key = self.called(&intended.key, truth);
        if let Some(before) = self.arrived.insert((name.clone(), key.clone()), shown.at)
            && !self.blind(&intended.key, mark, before, shown)
        {
            self.breaks(
                "nothing twice to a human",
                shown.at,
                format!("{name} got {key} at {before} and again"),
            );
        }
        if let PostKey::Touch(delivery) = &intended.key {
            let Some(human) = reader else {
                // Whom the file names, or who alone has the address in it, is written to until it is corrected.
                let meant = truth.human(delivery.person.as_str());
                if meant.is_some_and(|meant| truth.takes(&shown.to, meant)) {
                    return;
                }
                return self.breaks("a stranger is never written to", shown.at, format!("{name} got {key}"));
            };
            let Some(about) = truth.proposal(delivery.initiative.as_str()) else { return };
            self.touches(human, about, delivery.touch, &key, &intended, shown, truth);
        } else {
            self.others(reader, &intended, &key, shown, truth);
        }
        let meant = truth.human(intended.key.to().as_str());
        if let Some(human) = meant
            && truth.means_another(human, &shown.to)
            && !truth.takes(&shown.to, human)
            && truth.settled(human).is_some_and(|since| since + SignedDuration::from_hours(25) < shown.at)
        {
            let how = format!("{} went to {} and not to {:?}", key, shown.to, truth.rightful(human));
            self.breaks("the account that is meant gets it", shown.at, how);
        }
    }

    /// Whose words are in a text.
    fn whose(&self, text: &str) -> BTreeSet<Human> {
        // Most texts have nobody's.
        let words = text.contains(WORD).then_some(&self.words).into_iter().flatten();
        let there = words.filter(|(word, _)| text.contains(word.as_str()));
        there.map(|(_, human)| *human).collect()
    }

    /// Whether a second copy is allowed: Slack would not say whether the first arrived, and somebody waits for it or
    /// has to act on it. A third is not.
    fn blind(&mut self, key: &PostKey, mark: &str, before: Timestamp, shown: &Shown) -> bool {
        let told_elsewhere =
            matches!(key, PostKey::Touch(_) | PostKey::Digest { .. } | PostKey::Rehearsal { .. });
        let denied =
            self.denied.iter().any(|(at, to)| before < *at && *at < shown.at && Some(to) == Some(&shown.to));
        !told_elsewhere && denied && self.copied.insert(mark.to_owned())
    }

    /// What is no campaign message: at night only to whoever did something a moment ago.
    fn others(
        &mut self,
        reader: Option<Human>,
        intended: &Intended,
        key: &str,
        shown: &Shown,
        truth: &Truth,
    ) {
        let Some(human) = reader else { return };
        if matches!(intended.key, PostKey::Digest { .. }) {
            self.digest(human, intended.seq, shown, truth);
        }
        if let PostKey::Receipt { of, .. } | PostKey::Relay { of, .. } = &intended.key
            && self.took_back(of.0, intended.seq)
        {
            let how = format!("{} got {key}", given_name(human));
            self.breaks("a wish to talk that was taken back goes to nobody", shown.at, how);
        }
        if matches!(intended.key, PostKey::Booking { .. } | PostKey::Vacancy { .. }) {
            return;
        }
        let day =
            truth.zones(human).iter().any(|zone| (6..22).contains(&shown.at.to_zoned(zone.clone()).hour()));
        let acted = self.acted.get(&human).is_some_and(|at| *at + SignedDuration::from_mins(30) > shown.at);
        if !day && !acted && self.clock_was_right(shown.at) {
            self.breaks(
                "nobody gets a message in the night",
                shown.at,
                format!("{} got {key}", given_name(human)),
            );
        }
    }

    /// Whether whoever said in record `of` that they would like to talk had given a final answer, or stopped, between
    /// that and record `until`, or before they were told that it is passed on: that is kept. Numbers that a restore moved
    /// tell nothing.
    fn took_back(&self, of: u64, until: u64) -> bool {
        let Some((human, about)) = self.talks.get(&of).filter(|_| self.rewound_never()) else { return false };
        let told = self.posts.values().filter_map(|post| match &post.key {
            PostKey::Receipt { of: record, .. } if record.0 == of => Some(post.seq),
            _ => None,
        });
        let until = told.min().map_or(until, |told| until.min(told));
        let acts = self.acts.get(human).into_iter().flatten();
        let (mut is_final, mut stopped) = (false, false);
        for (_, act) in acts.filter(|(seq, _)| of < *seq && *seq < until) {
            match act {
                Act::Stance(on, stance) if on == about => is_final = stance.is_final(),
                Act::Stop(on) => stopped |= on.is_none_or(|on| on == *about),
                Act::Unstop(on) => stopped &= on.is_some_and(|on| on != *about),
                Act::Stance(..)
                | Act::Snooze(_)
                | Act::FollowUp(_)
                | Act::Talked(_)
                | Act::Concern(_)
                | Act::Released(_) => {}
            }
        }
        is_final || stopped
    }

    /// A digest names whoever answered since the one before. The first advocate has the first initiative.
    fn digest(&mut self, reader: Human, seq: u64, shown: &Shown, truth: &Truth) {
        let before = self.read_digests.insert(reader, seq).unwrap_or_default();
        let text = shown.what.to_string();
        // What an account answered stays with it once another is named or has come.
        let same = |human: Human| {
            let first = truth.rightful(human) == Some(account(human).as_str());
            let week = SignedDuration::from_hours(24 * 8);
            first && truth.settled(human).is_some_and(|since| since + week < shown.at)
        };
        let untold = self.answered.iter().find(|(at, human, about)| {
            *about == reader && same(*human) && before < *at && *at < seq && !names(&text, *human)
        });
        if let Some((_, human, _)) = untold
            && self.rewound_never()
        {
            let how = format!("{} answered since the one before: {text}", given_name(*human));
            self.breaks("a digest names whoever answered", shown.at, how);
        }
    }

    fn clock_was_right(&self, at: Timestamp) -> bool {
        self.strayed.is_none_or(|strayed| strayed + SignedDuration::from_hours(2) < at)
    }

    #[expect(clippy::too_many_arguments, reason = "all that is known of a message")]
    fn touches(
        &mut self,
        human: Human,
        about: usize,
        touch: Touch,
        key: &str,
        intended: &Intended,
        shown: &Shown,
        truth: &Truth,
    ) {
        let (at, name) = (shown.at, given_name(human));
        let before = |seq: u64| seq < intended.seq;
        let acts: Vec<Act> = self
            .acts
            .get(&human)
            .into_iter()
            .flatten()
            .filter(|(seq, _)| before(*seq))
            .map(|(_, act)| act.clone())
            .collect();
        let mut faults: Vec<(&'static str, String)> = Vec::new();
        let (mut all, mut these, mut snoozed) = (false, false, None);
        let (mut stance, mut follow_up, mut concern, mut talked) = (None, false, false, false);
        for act in acts {
            match act {
                Act::Stop(None) => all = true,
                Act::Stop(Some(of)) => these |= of == about,
                Act::Unstop(None) => (all, these) = (false, these),
                Act::Unstop(Some(of)) => these &= of != about,
                Act::Snooze(until) => snoozed = Some(until),
                Act::Stance(of, taken) if of == about => stance = Some(taken),
                Act::FollowUp(of) => follow_up |= of == about,
                Act::Talked(of) => talked |= of == about,
                Act::Concern(of) => concern |= of == about,
                Act::Released(of) => concern &= of != about,
                Act::Stance(..) => {}
            }
        }
        if all || these {
            faults.push(("nothing after stop", format!("{name} got {key} after “stop”")));
        }
        if self.overtook(human, intended.at, shown, truth) {
            faults.push(("no message overtakes a typed stop", format!("{name} got {key} after “stop”")));
        }
        if snoozed.is_some_and(|until| intended.at < until) && self.clock_was_right(at) {
            faults.push((
                "nothing before a snooze is over",
                format!("{name} got {key}, snoozed until {snoozed:?}"),
            ));
        }
        let is_final = stance.is_some_and(Stance::is_final);
        if is_final && touch != Touch::FollowUp {
            faults.push(("nothing after a final answer", format!("{name} got {key} after {stance:?}")));
        }
        if touch == Touch::FollowUp && stance == Some(Stance::Declined) && !follow_up {
            faults.push(("a no is the end of it", format!("{name} got {key} after a no")));
        }
        if concern && touch != Touch::FollowUp {
            faults.push(("after a concern only a human writes", format!("{name} got {key}")));
        }
        let referred = self.referrals.iter().any(|(seq, (who, of, settled))| {
            *who == human && *of == about && before(*seq) && settled.is_none_or(|settled| !before(settled))
        });
        // Settled or not is told by numbers that a restore moves.
        if referred && self.rewound_never() {
            faults.push(("nothing while it is open who decides", format!("{name} got {key}")));
        }
        if talked && touch != Touch::FollowUp {
            faults.push(("nothing after a conversation", format!("{name} got {key}")));
        }
        let team = truth.team(human);
        let planned = self
            .planned
            .iter()
            .any(|(of, on, seq)| *of == about && team == Some(on.as_str()) && before(*seq));
        if planned && touch.asks() {
            faults.push(("nobody on a team is asked whose item is planned", format!("{name} got {key}")));
        }
        if self.recalled.get(&about).is_some_and(|(seq, recalled)| *recalled && before(*seq)) {
            faults.push(("nothing after a recall", format!("{name} got {key}")));
        }
        if self.handed_over.get(&(human, about)).is_some_and(|(seq, taken)| *taken && before(*seq)) {
            faults.push(("nothing after a handover", format!("{name} got {key}")));
        }
        if self.held.get(key).is_some_and(|(seq, held)| *held && before(*seq)) {
            faults.push(("nothing that is held", format!("{name} got {key}")));
        }
        let paused = self.paused_about.get(&about).is_some_and(|(seq, paused)| *paused && before(*seq));
        if paused || self.paused.is_some_and(before) {
            faults.push(("nothing of a campaign while an advocate paused it", format!("{name} got {key}")));
        }
        if self.clock_was_right(at) {
            faults.extend(self.hours(human, at, key, truth));
            faults.extend(self.caps(human, about, touch, at, key));
        }
        for (rule, how) in faults {
            self.breaks(rule, at, how);
        }
        self.touched.entry(human).or_default().push(Touched { at, about, touch });
    }

    /// Whether a campaign message was begun right after a start, before a *stop* that had been typed before it was heard.
    fn overtook(&self, human: Human, intended: Timestamp, shown: &Shown, truth: &Truth) -> bool {
        let Some(started) = self.started else { return false };
        // What can't be read within ten minutes holds nothing up, and what was just typed Slack delivers again.
        if intended < started || started + SignedDuration::from_mins(9) < intended {
            return false;
        }
        let denied = self.denied.iter().any(|(_, to)| *to == shown.to);
        let day = SignedDuration::from_hours(24);
        !denied
            && self.stops.iter().any(|((channel, _), (at, by, heard))| {
                *by == human
                    && heard.is_none()
                    && (*at + SignedDuration::from_mins(20) < started && started < *at + day)
                    && channel.get(1..) == shown.to.get(1..)
                    && truth.rightful(human) == Some(shown.to.as_str())
                    && truth.settled(human).is_some_and(|since| since < *at)
            })
    }

    fn hours(&self, human: Human, at: Timestamp, key: &str, truth: &Truth) -> Vec<(&'static str, String)> {
        let mut faults = Vec::new();
        let name = given_name(human);
        let zones = truth.zones(human);
        let fits = |zone: &TimeZone| {
            let wall = at.to_zoned(zone.clone());
            let workday = !matches!(wall.weekday(), Weekday::Saturday | Weekday::Sunday);
            let holiday = [date(2026, 12, 25), date(2027, 1, 1)].contains(&wall.date());
            let (opens, closes) = (Wall::constant(9, 0, 0, 0), Wall::constant(17, 3, 0, 0));
            workday && !holiday && opens <= wall.time() && wall.time() < closes
        };
        if !zones.iter().any(fits) {
            let local = at.to_zoned(zones[0].clone());
            faults.push(("never outside hours", format!("{name} got {key} at {local}")));
        }
        let today: Vec<_> = zones.iter().map(|zone| at.to_zoned(zone.clone()).date()).collect();
        if let Some((_, Some((first, last)))) = self.leaves.get(&human)
            && today.iter().all(|today| first <= today && today <= last)
        {
            faults.push(("never on leave", format!("{name} got {key} on leave from {first} to {last}")));
        }
        for account in truth.accounts.values().filter(|account| truth.human_of(&account.id) == Some(human)) {
            let day = SignedDuration::from_hours(24);
            if account.away.is_some_and(|(since, until)| since + day < at && at < until) && !account.deleted {
                faults.push((
                    "never on leave",
                    format!("{name} got {key} on vacation since {:?}", account.away),
                ));
            }
            let known = SignedDuration::from_hours(13);
            // What was read while the clock was wrong counts for nothing, and what isn't known holds nothing up.
            if self.strayed.is_some_and(|strayed| at < strayed + known) {
                continue;
            }
            if account.quiet.is_some_and(|(from, until)| from + known < at && at < until) && !account.deleted
            {
                faults.push((
                    "never in do-not-disturb",
                    format!("{name} got {key}, quiet {:?}", account.quiet),
                ));
            }
        }
        faults
    }

    fn caps(
        &self,
        human: Human,
        about: usize,
        touch: Touch,
        at: Timestamp,
        key: &str,
    ) -> Vec<(&'static str, String)> {
        let mut faults = Vec::new();
        let name = given_name(human);
        let before: Vec<&Touched> = self.touched.get(&human).into_iter().flatten().collect();
        let within = |hours: i64| {
            let since = at - SignedDuration::from_secs(hours * HOUR - 900);
            before.iter().filter(|touched| since < touched.at).count()
        };
        let right = self.strayed.is_none_or(|strayed| strayed + SignedDuration::from_hours(8 * 24) < at);
        if right && 2 <= within(7 * 24) {
            faults.push(("at most two a week", format!("{name} got {key}, the third within a week")));
        }
        if right && 1 <= within(48) {
            faults.push(("two days between two", format!("{name} got {key} within 48 h of another")));
        }
        let asks = before.iter().filter(|touched| touched.about == about && touched.touch.asks()).count();
        if touch.asks() && 3 <= asks {
            faults.push(("at most three asks", format!("{name} got {key}, the fourth")));
        }
        faults
    }
}
