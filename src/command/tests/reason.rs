//! Why somebody said no reaches those who see the answer, and nobody else.

use super::*;
use crate::domain::ids::InitiativeId;
use crate::domain::message::{Answer, Value};
use crate::domain::survey::{Argued, Standings};
use crate::message::{modal_to_text, to_text};
use crate::plan::queue;

const WHY: &str = "Our quarter is full of the tax migration, and two of us are on leave until March, so \
                   nothing that isn't required by law gets in; ask again once the audit is over and we know \
                   who stays with us after the merger.";
const SHOWN: &str = "“Our quarter is full of the tax migration, and two of us are on leave until March, so \
                     nothing that isn't required by law gets in; ask again once the audit is over and we \
                     know who stays with us after…”";

impl Office {
    /// Ana says no, and then why.
    fn declines(&mut self, why: &str, follow_up: bool) {
        let post = self.sends("ana", pitch("ana"), "1.000001");
        let (_, reply) = self.clicks("ana", Some(post), Action::Answer(Answer::No));
        let Reply::Open(modal) = reply else { panic!("{reply:?}") };
        assert!(flowing(&modal_to_text(&modal)).contains("Only Priya sees it"), "{modal:?}");
        let mut values = Values::from([("text".to_owned(), Value::Text(why.to_owned()))]);
        if follow_up {
            values.insert("follow_up".to_owned(), Value::Ticks(vec!["yes".to_owned()]));
        }
        self.does(&slack("ana"), Request::Submit { modal: ModalKind::Reason { post }, values });
    }

    /// Sam argues something else, with the same people.
    pub(super) fn proposes_another(&mut self) {
        let mut another = self.program.initiatives[0].clone();
        another.id = InitiativeId::parse("restore-drills").unwrap();
        (another.title, another.advocates) = ("Restore drills".into(), vec![person_id("sam")]);
        self.program.initiatives.push(another);
    }

    pub(super) fn commands(&mut self, who: &str, text: &str) -> String {
        let (_, reply) = self.does(&slack(who), Request::Slash { text: text.to_owned() });
        let Reply::Say(message) = reply else { panic!("{reply:?}") };
        flowing(&to_text(&message))
    }

    pub(super) fn home(&self, who: &str) -> String {
        let page = Page::Coverage { initiative: payments_id(), from: 0 };
        let argued = Argued::of(&self.program);
        let standings = Standings::of(&self.program, &self.state, &self.seen, &argued, |_| true, self.now);
        let queue = queue(&self.program, &self.state, &self.seen, self.now);
        let ahead = Ahead { standings: &standings, coming: &[], queue: &queue };
        let shown = home(&self.program, &self.state, &self.seen, ahead, &slack(who), &page, self.now);
        format!("{shown:?}")
    }
}

fn flowing(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn why_somebody_said_no_stands_under_who_stands_where_for_those_who_see_the_answer() {
    let mut office = Office::open();
    office.proposes_another();
    office.declines(WHY, false);
    let coverage = office.commands("priya", "coverage payment-deadlines");
    assert!(coverage.contains(&format!("Ana Souza: {SHOWN}")), "{coverage}");
    assert_eq!(coverage.matches("tax migration").count(), 1, "{coverage}");
    assert!(office.home("priya").contains(SHOWN));
    // Another initiative's advocate, and somebody who is asked the same.
    for who in ["sam", "ben"] {
        assert!(!office.home(who).contains("tax migration"), "{who}");
        for command in ["coverage", "coverage payment-deadlines", "show payment-deadlines"] {
            assert!(!office.commands(who, command).contains("tax migration"), "{who}: {command}");
        }
    }
    // Once the words have expired, nothing stands there.
    let before = office.now + jiff::SignedDuration::from_secs(1);
    office.happens(Event::WordsExpired { before, unanswerable: Default::default(), keys: Vec::new() });
    let coverage = office.commands("priya", "coverage payment-deadlines");
    assert!(coverage.contains("not this quarter") && !coverage.contains("in their words"), "{coverage}");
}

#[test]
fn who_only_wants_to_hear_more_gave_no_reason() {
    let mut office = Office::open();
    office.declines(" ", true);
    let coverage = office.commands("priya", "coverage payment-deadlines");
    assert!(coverage.contains("not this quarter") && !coverage.contains('“'), "{coverage}");
}
