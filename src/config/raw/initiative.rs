//! `initiatives/*.toml`: one initiative each; the file's name is its id.

use jiff::civil::Date;

use crate::config::read::{List, Maybe, Must, Named, Written, table};
use crate::config::word::{BasisWord, Https, Period};
use crate::domain::calendar::Quarter;
use crate::domain::engagement::Audience;
use crate::domain::ids::{FaqId, FigureId, InitiativeId, PersonId, StepId, TeamId};
use crate::domain::initiative::Measure;

table! {
    /// A piece of reliability work and everything that is said for it.
    Initiative {
        /// Its name.
        title: Must<String>,
        /// The problem in a sentence or two.
        problem: Must<String>,
        /// The quarter it is wanted in.
        quarter: Must<Quarter>,
        /// Who advocates it and sees its answers; at least one.
        #[schemars(default)]
        advocates: List<PersonId>,
        /// Ids it had before, so that its history stays with it.
        #[schemars(default)]
        was: List<InitiativeId>,
        /// Nothing more is sent for it, and its buttons say so.
        withdrawn: Maybe<bool>,
        /// The design document.
        design: Maybe<Design>,
        /// The numbers of the evidence, by id. Sentences name them as `{{ figure.ID }}`.
        #[schemars(default)]
        figures: Named<FigureId, Figure>,
        /// The parts that can be planned by themselves, by id, in order.
        #[schemars(default)]
        steps: Named<StepId, Step>,
        /// What exactly is asked of each team, by the team's id.
        #[schemars(default)]
        asks: Named<TeamId, Ask>,
        /// The sentences that only a person can write, by audience.
        #[schemars(default)]
        words: Named<Audience, Words>,
        /// What is new since the pitch; a reminder without it is not sent.
        #[schemars(default)]
        news: List<News>,
        /// What people ask, with the answers, by id.
        #[schemars(default)]
        faq: Named<FaqId, FaqEntry>,
        /// People added by hand.
        #[schemars(default)]
        extra: List<Exception>,
        /// People left out by hand.
        #[schemars(default)]
        excluded: List<Exception>,
    }
}

table! {
    /// The design document.
    Design {
        /// What is read; `The one-page design` if left out.
        label: Maybe<String>,
        /// Its https address.
        url: Must<Https>,
    }
}

table! {
    /// Who stands behind an estimate, and since when.
    Estimate {
        /// The name of whoever made it.
        by: Must<String>,
        /// When.
        on: Must<Date>,
    }
}

table! {
    /// One number of the evidence.
    Figure {
        /// The number itself, in units of `unit`.
        value: Must<f64>,
        /// What is counted, in the plural, such as `payment time-out pages` or `USD of orders`.
        unit: Must<String>,
        /// A sentence that explains it, for *Where the numbers come from*.
        says: Must<String>,
        /// First and last day of what was counted, such as `2026-07-01..2026-09-30`.
        period: Must<Period>,
        /// The system it was read from, such as `PagerDuty`.
        source: Must<String>,
        /// Where it can be looked up.
        url: Maybe<Https>,
        /// When it was read.
        read_on: Must<Date>,
        /// `measured` or `estimated`.
        basis: Must<BasisWord>,
        /// Who estimated it, and when; for `estimated` only.
        estimate: Written<Estimate>,
        /// How it was computed, if it was; shown as it stands.
        arithmetic: Maybe<String>,
        /// The team it is about; the whole company if left out.
        team: Maybe<TeamId>,
        /// What kind of thing it measures; decides who is shown it first.
        measure: Must<Measure>,
    }
}

table! {
    /// A part of an initiative that can be planned by itself.
    Step {
        /// What is done, as a noun phrase.
        title: Must<String>,
        /// Engineer-days.
        effort_days: Must<f64>,
        /// Share of `metric` that it takes away, 0 to 1.
        share: Must<f64>,
        /// What the share is of, in the plural, so that “fewer” can stand before it.
        metric: Must<String>,
        /// Quarters until it has earned its time back, if estimated.
        earns_back_quarters: Maybe<f64>,
        /// Steps that come before it.
        #[schemars(default)]
        after: List<StepId>,
        /// Whose estimate effort and share are.
        estimate: Must<Estimate>,
    }
}

table! {
    /// What exactly is asked of one team.
    Ask {
        /// The ask in one clause: `plan a time limit on calls to the payment provider`.
        what: Must<String>,
        /// Who answers for the team; a gap while nobody is named.
        decider: Written<PersonId>,
        /// The steps asked for.
        #[schemars(default)]
        steps: List<StepId>,
        /// The slice offered as a first step; one of `steps`.
        first_step: Must<StepId>,
        /// The smallest step, for the last call; the first step if left out.
        smallest_step: Maybe<StepId>,
        /// Until when engineers are asked to review the design.
        review_by: Maybe<Date>,
        /// Audiences that must have somebody on this team, else it is a gap.
        #[schemars(default)]
        required: List<Audience>,
        /// Sentences that differ for this team, by audience.
        #[schemars(default)]
        words: Named<Audience, Words>,
    }
}

table! {
    /// The sentences that only a person can write, for one audience. They name figures as
    /// `{{ figure.ID }}` and their months as `{{ period.ID }}`.
    Words {
        /// The consequence that this audience cares about; opens the message.
        lead: Written<String>,
        /// What happens if nothing is done, no more than the evidence carries.
        left_alone: Written<String>,
        /// Cause and mechanism in plain words.
        mechanism: Written<String>,
        /// What could be promised, sold or gained once it holds.
        gain: Written<String>,
        /// The ask in this audience's words; the ask's own `what` if left out.
        ask: Written<String>,
    }
}

table! {
    /// Something new to say in a reminder.
    News {
        /// Since when it is known.
        on: Must<Date>,
        /// Whom it concerns; everybody if left out.
        #[schemars(default)]
        audiences: List<Audience>,
        /// The teams it concerns; all if left out.
        #[schemars(default)]
        teams: List<TeamId>,
        /// The sentence.
        says: Must<String>,
    }
}

table! {
    /// A question that people ask, and its answer, which the bot gives at once. Like other sentences the
    /// answer names figures as `{{ figure.ID }}` and their months as `{{ period.ID }}`.
    FaqEntry {
        /// The question, as most people put it.
        question: Must<String>,
        /// Other ways to ask the same; the more there are, the better it is found.
        #[schemars(default)]
        also: List<String>,
        /// The answer, at most 600 characters.
        answer: Must<String>,
    }
}

table! {
    /// Somebody added or left out by hand.
    Exception {
        /// Whom.
        person: Must<PersonId>,
        /// Why; shown to whoever asks.
        reason: Must<String>,
    }
}
