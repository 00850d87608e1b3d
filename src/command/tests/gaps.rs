//! What is left out, and what can be done about it where it is shown.

use super::*;
use crate::domain::account::Disbelief;
use crate::domain::message::{Button, Page, Part};
use crate::domain::observation::Seen;
use crate::domain::survey::{Argued, Standings};
use crate::plan::queue;

impl Office {
    /// The buttons under gaps on the App Home of `who`.
    fn offered(&self, who: &str) -> Vec<Button> {
        self.offered_on(who, &Page::Gaps { from: 0 })
    }

    /// The buttons on `page` of the App Home of `who` that don't turn it.
    pub(super) fn offered_on(&self, who: &str, page: &Page) -> Vec<Button> {
        let argued = Argued::of(&self.program);
        let standings = Standings::of(&self.program, &self.state, &self.seen, &argued, |_| true, self.now);
        let queue = queue(&self.program, &self.state, &self.seen, self.now);
        let ahead = Ahead { standings: &standings, coming: &[], queue: &queue };
        let shown = home(&self.program, &self.state, &self.seen, ahead, &slack(who), page, self.now);
        let buttons = shown.parts.into_iter().filter_map(|part| match part {
            Part::Row { buttons, .. } => Some(buttons),
            _ => None,
        });
        buttons.flatten().filter(|button| !matches!(button.action, Action::Turn { .. })).collect()
    }
}

#[test]
fn whoever_is_an_advocate_now_ends_what_holds_messages() {
    let mut office = Office::open();
    let referral = office.hears(Said::Referral, Some(Referral { whom: None, decides: true }));
    office.program.initiatives[0].advocates = vec![person_id("sam")];
    let labels = |office: &Office| -> Vec<String> {
        office.offered("sam").into_iter().map(|button| button.label).collect()
    };
    assert_eq!(labels(&office), ["Approach them", "Let it be"]);
    let gaps = office.commands("sam", "gaps payment-deadlines");
    assert!(gaps.contains("let it be: App Home has the buttons, under Left out."), "{gaps}");
    let let_it_be = office.offered("sam")[1].action.clone();
    let (events, _) = office.clicks("sam", None, let_it_be);
    assert_eq!(events, [Event::ReferralDismissed { referral, by: person_id("sam") }]);

    office.hears(Said::Concern, None);
    assert_eq!(labels(&office), ["Concern settled"]);
    let settle = office.offered("sam")[0].action.clone();
    let (events, _) = office.clicks("priya", None, settle.clone());
    assert!(events.is_empty(), "she was an advocate: {events:?}");
    let (events, _) = office.clicks("sam", None, settle.clone());
    assert!(matches!(events.as_slice(), [Event::ConcernReleased { .. }]), "{events:?}");
    assert!(labels(&office).is_empty());
    let (events, reply) = office.clicks("sam", None, settle);
    assert!(events.is_empty() && said(&reply).0.contains("released already"), "{reply:?}");
}

#[test]
fn an_account_that_is_not_believed_says_why_nothing_reaches_them() {
    let gaps = |because: Disbelief| {
        let mut office = Office::open();
        let (person, was) = (person_id("ana"), slack("ana"));
        office.happens(Event::AccountRefused { person, because, lost: Some(was) });
        office.seen.people.insert(
            person_id("ben"),
            Seen {
                as_of: office.now,
                account: Some(slack("ben")),
                zone: None,
                mail: None,
                deactivated: false,
                quiet: None,
                away_until: None,
            },
        );
        office.commands("priya", "gaps payment-deadlines")
    };
    for (because, expected) in [
        (
            Disbelief::Several,
            "Ana Souza gets nothing. Two Slack accounts have their e-mail address. Put their",
        ),
        (
            Disbelief::Guest,
            "The Slack account with their e-mail address is a guest's. Put their Slack id in people.toml.",
        ),
    ] {
        let gaps = gaps(because);
        assert!(gaps.contains(expected), "{because:?}: {gaps}");
    }
}

#[test]
fn left_out_shows_what_was_said_and_whom_they_named_where_it_is_decided() {
    let mut office = Office::open();
    let flows = |office: &Office| {
        let argued = Argued::of(&office.program);
        let standings =
            Standings::of(&office.program, &office.state, &office.seen, &argued, |_| true, office.now);
        let queue = queue(&office.program, &office.state, &office.seen, office.now);
        let ahead = Ahead { standings: &standings, coming: &[], queue: &queue };
        let page = Page::Gaps { from: 0 };
        let shown =
            home(&office.program, &office.state, &office.seen, ahead, &slack("priya"), &page, office.now);
        let rows = shown.parts.iter().filter_map(|part| match part {
            Part::Row { text, buttons, .. } if !text.0.is_empty() => {
                let labels: Vec<&str> = buttons.iter().map(|button| button.label.as_str()).collect();
                Some(format!("{} [{}]", text.plain(), labels.join(", ")))
            }
            _ => None,
        });
        rows.collect::<Vec<_>>()
    };
    let whom = Some(slack("noor"));
    office.hears(Said::Referral, Some(Referral { whom: whom.clone(), decides: false }));
    let rows = flows(&office);
    let named = "A time limit on payment calls: Ana Souza says that somebody is missing: @UNOOR. “It may double-charge.” \
        Approach that person, or let it be. [Approach them, Let it be]";
    assert_eq!(rows, [named]);
    let gaps = office.commands("priya", "gaps payment-deadlines");
    assert!(
        gaps.contains("Ana Souza says that somebody is missing: approach them or let it be in App Home"),
        "{gaps}"
    );
    office.hears(Said::Referral, Some(Referral { whom, decides: true }));
    office.hears(Said::Concern, None);
    let rows = flows(&office);
    assert_eq!(rows.len(), 3, "{rows:?}");
    assert!(
        rows[0].contains(
            "has raised a concern. “It may double-charge.” I send Ana nothing until you have talked"
        ),
        "{rows:?}"
    );
    assert!(rows[2].contains("says that someone else decides: @UNOOR."), "{rows:?}");
}
