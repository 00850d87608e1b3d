//! The named checks: what a configuration that can be read must also keep to.
//!
//! Every check sees all files and reports all it finds. None relies on another having passed: what a
//! check needs and is missing, it passes over, since that has been reported where it was found.

mod cadence;
mod evidence;
mod faq;
mod hidden;
mod host_calendar;
mod names;
mod office_hours;
mod people;
mod plan;
mod sentences;

use super::diagnostic::{Finding, Place, Report};
use super::organisation::Organisation;

/// One rule, under a name that stays.
pub(super) struct Check {
    /// Its name, as diagnostics show it.
    pub name: &'static str,
    /// What it wants, in a sentence.
    pub wants: &'static str,
    run: fn(&Organisation<'_>, &mut Findings<'_>),
}

/// The report, as one check sees it.
pub(super) struct Findings<'r> {
    check: &'static str,
    report: &'r mut Report,
}

impl Findings<'_> {
    fn fault(&mut self, place: Place, message: impl Into<String>) -> &mut Finding {
        self.report.fault(self.check, place, message)
    }

    /// The number of a file, for a place in it.
    fn file(&mut self, path: &str) -> usize {
        self.report.file(path)
    }

    fn warning(&mut self, place: Place, message: impl Into<String>) -> &mut Finding {
        self.report.warning(self.check, place, message)
    }
}

/// Runs every check.
pub(super) fn run(organisation: &Organisation<'_>, report: &mut Report) {
    for check in CHECKS {
        (check.run)(organisation, &mut Findings { check: check.name, report });
    }
}

macro_rules! checks {
    ($($name:literal $wants:literal $run:path;)*) => {
        /// Every check, in the order in which they run.
        pub(super) const CHECKS: &[Check] = &[$(Check { name: $name, wants: $wants, run: $run },)*];
    };
}

checks! {
    "duplicate-id" "No two things have, or had, the same id." names::duplicate_id;
    "unknown-person" "Every person that is named is in `people.toml`." names::unknown_person;
    "unknown-team" "Every team that is named is in `people.toml`." names::unknown_team;
    "unknown-site" "Every site that is named is in `people.toml`." names::unknown_site;
    "unknown-initiative" "Every initiative that is named has a file." names::unknown_initiative;
    "unknown-step" "Every step that is named is in its initiative's file." names::unknown_step;
    "address" "Every person has a Slack id or an e-mail address, and not both." people::address;
    "address-shared" "No two people have the same address." people::address_shared;
    "role" "Everybody who could be written to has an audience." people::role;
    "zone-offset" "A time zone is a place, with its daylight saving." people::zone;
    "reports-to" "Nobody reports to themselves, directly or through others." people::reports_to;
    "window" "A planning window opens before it freezes." cadence::window;
    "holiday-calendar" "Every .ics file that is named can be read." cadence::holiday_calendar;
    "cadence-order" "Touches come in their order: heads-up, pitch, reminder, last call, follow-up." cadence::order;
    "touch-until" "A touch ends after it begins." cadence::until;
    "last-call-late" "No last call in the last two working days before the freeze." cadence::last_call_late;
    "last-call-audience" "Only product and engineering managers get a last call." cadence::last_call_audience;
    "reminder-schedule" "A reminder has a schedule; nothing else has one." cadence::reminder_schedule;
    "limit" "Limits may be stricter than the product's own, not laxer." cadence::limit;
    "night" "Nobody is written to at night." cadence::night;
    "range" "Numbers are in the range in which they mean something." plan::range;
    "steps-cycle" "No step comes before itself." plan::steps_cycle;
    "ask-steps" "An ask wants at least one step, and its first step is one of them." plan::ask_steps;
    "no-ask" "An initiative asks something of somebody." plan::no_ask;
    "no-advocate" "An initiative has an advocate." plan::no_advocate;
    "no-decider" "Somebody answers for each team." plan::no_decider;
    "decider" "Who decides is on the team and can be argued with." plan::decider;
    "required-audience" "Each required audience has somebody on the team." plan::required_audience;
    "exception" "Nobody is added and left out at once." plan::exception;
    "review-date" "The design is reviewed after it is asked for, and before plans freeze." plan::review_date;
    "basis" "An estimate has an author and a date; a measurement has neither." evidence::basis;
    "reading" "A figure is read after its period and before the freeze." evidence::reading;
    "no-evidence" "There is a figure for each team that is asked." evidence::no_evidence;
    "sentence" "Sentences name nothing but figures and periods." sentences::sentence;
    "unknown-figure" "Every figure that a sentence names is in the evidence." sentences::unknown_figure;
    "no-lead" "Each audience that is written to has its opening sentence." sentences::no_lead;
    "words-missing" "Each audience has the sentences that only a person can write." sentences::words_missing;
    "plain-words" "Sentences use the words of their audience." sentences::plain_words;
    "faq-length" "Answers of the FAQ fit a message, and questions are as people ask them." faq::faq_length;
    "faq-question" "Every way to ask has words in it and one answer." faq::faq_question;
    "faq-id" "No entry has an id that the program gives to answers that are kept." faq::faq_id;
    "hidden-character" "Every character can be seen." hidden::hidden;
    "template" "Message templates can be read." sentences::template;
    "office-host" "Office hours are held by advocates." office_hours::host;
    "office-hours" "Office hours are long enough, apart, and some are before the freeze." office_hours::hours;
    "office-page" "Whoever is booked on a page only has one." office_hours::page;
    "office-calendar" "A host's calendar is at one place, and nothing secret stands in the file." host_calendar::calendar;
}
