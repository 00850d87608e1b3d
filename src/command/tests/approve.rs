//! *Approve all*: whoever clicks it approves what they have seen.

use super::*;
use crate::domain::effect::Listing;
use crate::domain::event::Verdict;
use crate::domain::message::Part;
use crate::message::{Queued, approve_all};
use crate::plan;

/// The fixture's office, where everything of the first campaign waits; Ana has a concern, so nothing of hers does.
fn approving() -> Office {
    let mut office = Office::open();
    office.program.approval.first_campaign = true;
    office.hears(Said::Concern, None);
    office
}

fn review() -> PostKey {
    PostKey::Review { to: person_id("priya"), initiative: payments_id(), on: "2026-12-07".parse().unwrap() }
}

impl Office {
    fn listed(&self) -> Vec<Queued> {
        let listed = plan::listed(&self.program, &self.state, &self.seen, self.now, &review());
        listed.iter().map(crate::command::approval::queued).collect()
    }

    /// The review goes to Priya. Returns it and what its button does.
    fn is_reviewed(&mut self) -> (PostId, Action) {
        let (listed, key) = (self.listed(), review());
        let lists = listed.iter().map(|of| of.delivery.clone()).collect();
        let (post, deadline) = (self.state.id_of(&key), self.now);
        let (teams, audience, found_as) = (Vec::new(), None, None);
        self.happens(Event::PostIntended { key, attempt: 1, deadline, teams, audience, lists, found_as });
        self.happens(Event::PostSent {
            post,
            attempt: 1,
            channel: channel("priya"),
            ts: ts("1.0"),
            former: None,
        });
        (post, self.draws(&listed))
    }

    fn draws(&self, listed: &[Queued]) -> Action {
        approve_all(self.program.initiative(&payments_id()).unwrap(), listed)
    }

    fn settles(&mut self) {
        self.happens(Event::ConcernReleased {
            person: person_id("ana"),
            initiative: payments_id(),
            quarter: "2027-Q1".parse().unwrap(),
            by: person_id("priya"),
        });
    }
}

fn judged(events: &[Event]) -> Vec<DeliveryKey> {
    let of = |event: &Event| match event {
        Event::DeliveryJudged { delivery, .. } => delivery.clone(),
        other => panic!("{other:?}"),
    };
    events.iter().map(of).collect()
}

fn shown(reply: &Reply) -> String {
    let Reply::Show(message) = reply else { panic!("{reply:?}") };
    crate::message::to_text(message).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn what_came_to_wait_after_a_review_is_not_approved_with_it() {
    let mut office = approving();
    let (post, all) = office.is_reviewed();
    let before: Vec<DeliveryKey> = office.listed().into_iter().map(|of| of.delivery).collect();
    assert!(!before.is_empty() && before.iter().all(|of| of.person != person_id("ana")), "{before:?}");
    office.settles();
    assert!(before.len() < office.listed().len(), "hers waits");
    let (events, reply) = office.clicks("priya", Some(post), all);
    assert_eq!(judged(&events), before);
    assert!(said(&reply).0.contains("come to wait since; the review lists"), "{reply:?}");
    assert!(office.state.outdated.contains(&post));
    // Brought up to date, it lists hers, and approves hers.
    let left = office.listed();
    assert!(left.iter().all(|of| of.delivery.person == person_id("ana")), "{left:?}");
    let (events, _) = office.clicks("priya", Some(post), office.draws(&left));
    assert_eq!(events.len(), left.len());
}

#[test]
fn a_button_that_lists_something_else_approves_nothing_and_shows_what_waits() {
    let mut office = approving();
    let (post, _) = office.is_reviewed();
    office.settles();
    let before = Action::ApproveAll { initiative: payments_id(), listed: None };
    let other = Action::ApproveAll { initiative: payments_id(), listed: Some(Listing::of([])) };
    for drawn in [before, other] {
        let (events, reply) = office.clicks("priya", Some(post), drawn);
        assert!(events.is_empty(), "{events:?}");
        let text = shown(&reply);
        let new = "so nothing was approved: please look again. New since this review came: the";
        assert!(text.contains(new) && text.contains("to Ana Souza"), "{text}");
    }
}

#[test]
fn app_home_and_commands_approve_what_they_listed_or_nothing() {
    let mut office = approving();
    let listed = office.listed();
    let drawn = office.draws(&listed);
    office.settles();
    let (events, reply) = office.clicks("priya", None, drawn);
    assert!(events.is_empty(), "{events:?}");
    assert!(said(&reply).0.contains("has changed since it was listed"), "{reply:?}");
    let listed = office.listed();
    let (events, _) = office.clicks("priya", None, office.draws(&listed));
    assert_eq!(events.len(), listed.len());
}

#[test]
fn a_click_on_what_is_over_says_so_and_shows_what_still_waits() {
    let mut office = approving();
    let (post, _) = office.is_reviewed();
    let listed = office.listed();
    office.now = listed[0].expires;
    let left = office.listed();
    assert!(left.len() < listed.len(), "{left:?}");
    let judge = Action::Judge { delivery: listed[0].delivery.clone(), verdict: Verdict::Approved };
    let (events, reply) = office.clicks("priya", Some(post), judge.clone());
    assert!(events.is_empty(), "{events:?}");
    let text = shown(&reply);
    assert!(text.starts_with("There is nothing to decide about the pitch to"), "{text}");
    let rows = |reply: &Reply| match reply {
        Reply::Show(message) => message.parts.iter().filter(|part| matches!(part, Part::Row { .. })).count(),
        _ => 0,
    };
    assert_eq!(rows(&reply), left.len());
    // Elsewhere there is no list to draw anew.
    let (_, reply) = office.clicks("priya", None, judge);
    assert!(said(&reply).0.starts_with("There is nothing to decide"), "{reply:?}");
}

#[test]
fn a_newer_review_closes_the_one_before_and_no_button_of_that_approves_what_it_does_not_list() {
    let mut office = approving();
    let (first, all) = office.is_reviewed();
    assert!(office.state.superseded(first).is_none() && !office.state.outdated.contains(&first));
    let on = "2026-12-08".parse().unwrap();
    let newer = PostKey::Review { to: person_id("priya"), initiative: payments_id(), on };
    let newer = office.sends("priya", newer, "2.0");
    assert!(office.state.outdated.contains(&first), "its buttons go");
    assert_eq!(office.state.superseded(first), Some(office.now));
    assert!(office.state.superseded(newer).is_none());
    office.settles();
    let (events, reply) = office.clicks("priya", Some(first), all);
    assert!(events.is_empty(), "{events:?}");
    assert!(said(&reply).0.contains("has changed since it was listed"), "{reply:?}");
}

#[test]
fn every_review_that_lists_a_message_is_brought_up_to_date_with_it() {
    let mut office = approving();
    let (first, _) = office.is_reviewed();
    let delivery = office.listed()[0].delivery.clone();
    let later = PostKey::Review {
        to: person_id("priya"),
        initiative: payments_id(),
        on: "2026-12-08".parse().unwrap(),
    };
    let later = office.sends("priya", later, "2.0");
    office.happens(Event::DeliveryJudged { delivery, verdict: Verdict::Approved, by: person_id("priya") });
    assert!(office.state.outdated.contains(&first) && office.state.outdated.contains(&later));
}
