//! Taking a configuration into the journal: its digest, its initiatives, and what was renamed.
//!
//! Invariant: an id that disappears while another appears with the same account, or the same address before
//! there is one, is a rename, whether the configuration says so or not. It is recorded with the configuration
//! that brings it, so that nothing is decided about the new id without what is known of the old one.

use std::collections::BTreeMap;

use crate::domain::account::{MailMark, Proof};
use crate::domain::directory::Address;
use crate::domain::event::{Event, Renames};
use crate::domain::ids::PersonId;
use crate::domain::program::Program;
use crate::domain::refusal::VERSION;
use crate::domain::state::State;

/// Every id that was in a configuration of this process, with the address that it had last.
pub(super) type Former = BTreeMap<PersonId, Address>;

/// Notes the addresses of `program`.
pub(super) fn remember(former: &mut Former, program: &Program) {
    former.extend(program.people.values().map(|person| (person.id.clone(), person.address.clone())));
}

/// The event that adopts `program`, unless it is the one in force and nothing was refused since. A journal in
/// which a release of before adopted it doesn't know the quarters yet.
pub(super) fn adoption(program: &Program, state: &State, former: &Former) -> Option<Event> {
    let in_force = state.adopted.as_ref().is_some_and(|adopted| adopted.digest == program.digest);
    let known = program.quarters().iter().all(|(of, quarter)| state.quarters.get(of) == Some(quarter));
    if in_force && known && state.refused_config.is_none() {
        return None;
    }
    let mut renamed = renames(program);
    for (old, new) in unsaid(program, state, former) {
        renamed.people.entry(old).or_insert(new);
    }
    Some(Event::ConfigAdopted {
        digest: program.digest.clone(),
        initiatives: program.initiatives.iter().map(|initiative| initiative.id.clone()).collect(),
        renamed,
        quarters: program.quarters(),
    })
}

/// The event that has this version of the program try again what Slack refused for its content, if another version
/// wrote it.
pub(super) fn another_try(state: &State) -> Option<Event> {
    state.may_retry_content(VERSION).then(|| Event::ContentRetried { version: VERSION.to_owned() })
}

/// Renames that the configuration doesn't say: who is gone from it, and who has their account now.
fn unsaid(program: &Program, state: &State, former: &Former) -> BTreeMap<PersonId, PersonId> {
    let is_gone = |id: &&PersonId| !program.people.contains_key(*id);
    let gone = || state.people.iter().filter(|(id, _)| is_gone(id));
    // By id, so that of two that were one human the same is found each time.
    let marks: BTreeMap<(&MailMark, &PersonId), ()> = gone()
        .filter_map(|(id, known)| match known.proof.as_ref()? {
            Proof::Mail { mark } => Some(((mark, id), ())),
            Proof::Id => None,
        })
        .collect();
    let by_mark = |mark: &MailMark| marks.keys().find(|(of, _)| *of == mark).map(|(_, id)| *id);
    let same = |a: &Address, b: &Address| match (a, b) {
        (Address::Email(a), Address::Email(b)) => a.to_lowercase() == b.to_lowercase(),
        (Address::Slack(a), Address::Slack(b)) => a == b,
        (Address::Email(_), Address::Slack(_)) | (Address::Slack(_), Address::Email(_)) => false,
    };
    let mut unsaid = BTreeMap::new();
    // Whoever has an account on record is told apart from others by it, once the workspace was read.
    let is_new = |id: &PersonId| state.person(id).is_none_or(|known| known.slack.is_none());
    for person in program.people.values().filter(|person| is_new(&person.id)) {
        let on_record = match &person.address {
            Address::Slack(slack) => state.by_slack.get(slack).filter(is_gone),
            Address::Email(mail) => by_mark(&MailMark::of(mail)),
        };
        let remembered = || {
            let mut gone = former.iter().filter(|(id, _)| is_gone(id));
            gone.find(|(_, address)| same(address, &person.address)).map(|(id, _)| id)
        };
        if let Some(old) = on_record.or_else(remembered) {
            unsaid.entry(old.clone()).or_insert_with(|| person.id.clone());
        }
    }
    unsaid
}

/// Former ids to present ones. Renaming what was renamed before changes nothing.
fn renames(program: &Program) -> Renames {
    fn pairs<'a, T: Ord + Clone + 'a>(all: impl Iterator<Item = (&'a T, &'a [T])>) -> BTreeMap<T, T> {
        all.flat_map(|(id, was)| was.iter().map(move |old| (old.clone(), id.clone()))).collect()
    }
    Renames {
        initiatives: pairs(
            program.initiatives.iter().map(|initiative| (&initiative.id, initiative.was.as_slice())),
        ),
        people: pairs(program.people.values().map(|person| (&person.id, person.was.as_slice()))),
        teams: pairs(program.teams.values().map(|team| (&team.id, team.was.as_slice()))),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use jiff::Timestamp;

    use super::*;
    use crate::domain::event::Record;
    use crate::domain::ids::SlackUserId;

    fn id(id: &str) -> PersonId {
        PersonId::parse(id).unwrap()
    }

    /// The sample, in which Henrik has another id and this address.
    fn renamed(address: Address) -> Program {
        let mut program = crate::config::load(Path::new("config")).unwrap().program;
        let mut henrik = program.people.remove(&id("henrik")).unwrap();
        (henrik.id, henrik.address) = (id("henrik-olsen"), address);
        program.people.insert(henrik.id.clone(), henrik);
        program
    }

    fn linked(people: &[(&str, &str, Option<Proof>)]) -> State {
        let mut state = State::default();
        for (person, slack, proof) in people {
            let (person, slack) = (id(person), SlackUserId::parse(slack).unwrap());
            let event = Event::PersonLinked { person, slack, proof: proof.clone(), replaces: None };
            let seq = state.head.next();
            state.apply(&Record { seq, at: Timestamp::UNIX_EPOCH, cause: None, event });
        }
        state
    }

    /// What Henrik's former id is found to be called now.
    fn found(address: &Address, state: &State, former: &Former) -> Option<PersonId> {
        let adopted = adoption(&renamed(address.clone()), state, former).unwrap();
        let Event::ConfigAdopted { renamed, .. } = adopted else { panic!("{adopted:?}") };
        renamed.people.get(&id("henrik")).cloned()
    }

    #[test]
    fn an_id_that_appears_with_the_account_or_address_of_one_that_is_gone_is_a_rename() {
        let mail = |mail: &str| Address::Email(mail.to_owned());
        let his = mail("henrik.olsen@example.com");
        let by_mail = Some(Proof::by(&his));
        let new = Some(id("henrik-olsen"));
        let nobody = Former::new();
        let on_record = linked(&[("henrik", "U0HENRIK", by_mail.clone())]);
        assert_eq!(found(&his, &on_record, &nobody), new);
        assert_eq!(found(&mail("Henrik.Olsen@Example.COM"), &on_record, &nobody), new);
        assert_eq!(found(&mail("another@example.com"), &on_record, &nobody), None);
        let slack = Address::Slack(SlackUserId::parse("U0HENRIK").unwrap());
        assert_eq!(found(&slack, &linked(&[("henrik", "U0HENRIK", None)]), &nobody), new);
        // Nothing is on record yet: what this process read before tells.
        let former = Former::from([(id("henrik"), mail("HENRIK.Olsen@example.com"))]);
        assert_eq!(found(&his, &State::default(), &former), new);
        assert_eq!(found(&mail("another@example.com"), &State::default(), &former), None);
        // Who has an account on record is told apart by it once the workspace was read.
        let both = linked(&[("henrik", "U0HENRIK", by_mail), ("henrik-olsen", "U0OTHER", None)]);
        assert_eq!(found(&his, &both, &nobody), None);
    }
}
