//! Which account is whose.
//!
//! Invariant: an e-mail address is what an account says of itself, so it is believed of active people of our
//! own workspace only, and never where two of them say the same. Whoever is named by their Slack id is
//! recognized by that.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use super::{Member, Quiet};
use crate::domain::account::Disbelief;
use crate::domain::directory::{Address, Person};
use crate::domain::ids::{PersonId, SlackUserId};
use crate::domain::observation::Seen;
use crate::domain::program::Program;
use crate::domain::state::State;

/// The workspace that the app is installed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workspace {
    /// `T…`. Should Slack not say it, no e-mail address is believed.
    team: Option<String>,
    /// The organization that it belongs to, `E…`, if it does.
    enterprise: Option<String>,
}

impl Workspace {
    /// The one in an answer of `auth.test`.
    pub fn read(answer: &Value) -> Self {
        let text = |name: &str| {
            answer.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
        };
        Self { team: text("team_id"), enterprise: text("enterprise_id") }
    }

    /// Whether `member` is one of its own people: at home in it, or of the same organization and in it.
    pub fn has(&self, member: &Member) -> bool {
        let Some(team) = self.team.as_ref().filter(|_| !member.stranger) else { return false };
        let within = |(enterprise, teams): &(String, Vec<String>)| {
            self.enterprise.as_ref() == Some(enterprise) && teams.contains(team)
        };
        member.team.as_ref() == Some(team) || member.enterprise.as_ref().is_some_and(within)
    }

    /// Why the e-mail address of an account is not believed, if so.
    fn disbelieves(&self, member: &Member, guests: bool) -> Option<Disbelief> {
        if member.is_bot {
            Some(Disbelief::Bot)
        } else if !self.has(member) {
            Some(Disbelief::Outsider)
        } else if member.guest && !guests {
            Some(Disbelief::Guest)
        } else {
            None
        }
    }
}

/// Why somebody of the configuration was not found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Missing {
    /// No account has their id or address.
    Nobody,
    /// The account that has their address is switched off.
    Deactivated,
    /// Their address is not believed.
    Disbelieved(Disbelief),
    /// Their account is that of another id, which comes first in the file.
    SameAs(PersonId),
}

/// What reading the workspace brought.
#[derive(Debug, Clone, Default)]
pub struct Sighting {
    /// People found for the first time, to be recorded as `PersonLinked`.
    pub links: Vec<(PersonId, SlackUserId)>,
    /// What their accounts say now, by person.
    pub seen: HashMap<PersonId, Seen>,
    /// People of the configuration who were not found.
    pub missing: BTreeMap<PersonId, Missing>,
}

/// The accounts of a workspace, to be found by id and by address.
struct Accounts<'a> {
    by_id: HashMap<&'a SlackUserId, &'a Member>,
    /// Lower case.
    by_email: HashMap<&'a str, Vec<&'a Member>>,
    workspace: &'a Workspace,
    guests: bool,
}

impl<'a> Accounts<'a> {
    fn of(members: &'a [Member], workspace: &'a Workspace, guests: bool) -> Self {
        let mut by_email: HashMap<&str, Vec<&Member>> = HashMap::new();
        for member in members {
            if let Some(email) = &member.email {
                by_email.entry(email).or_default().push(member);
            }
        }
        Self {
            by_id: members.iter().map(|member| (&member.id, member)).collect(),
            by_email,
            workspace,
            guests,
        }
    }

    /// The one account that may be believed to be whose address this is.
    fn addressed(&self, address: &str) -> Result<&'a Member, Missing> {
        let all = self.by_email.get(address.to_lowercase().as_str()).map(Vec::as_slice).unwrap_or_default();
        let doubt = |member: &Member| self.workspace.disbelieves(member, self.guests);
        let believed: Vec<&Member> =
            all.iter().copied().filter(|member| !member.deactivated && doubt(member).is_none()).collect();
        match believed.as_slice() {
            [only] => Ok(only),
            [] => {
                // What was nearest to being right is what somebody can do something about.
                let why = all.iter().map(|member| match doubt(member) {
                    None => Missing::Deactivated,
                    Some(doubt) => Missing::Disbelieved(doubt),
                });
                Err(why.min_by_key(nearness).unwrap_or(Missing::Nobody))
            }
            [_, _, ..] => Err(Missing::Disbelieved(Disbelief::Several)),
        }
    }
}

fn nearness(why: &Missing) -> u8 {
    match why {
        Missing::Disbelieved(Disbelief::Guest) => 0,
        Missing::Deactivated => 1,
        Missing::Disbelieved(Disbelief::Outsider) => 2,
        Missing::Disbelieved(Disbelief::Bot) => 3,
        Missing::Disbelieved(Disbelief::Several) | Missing::SameAs(_) | Missing::Nobody => 4,
    }
}

/// Recognizes the people of the configuration among `members`: by the Slack id they are linked to, by the
/// one they are configured with, or by e-mail address. A link, once recorded, is kept.
pub fn recognise(
    program: &Program,
    state: &State,
    workspace: &Workspace,
    members: &[Member],
    quiet: &Quiet,
) -> Sighting {
    let accounts = Accounts::of(members, workspace, program.recognition.guests);
    let mut sighting = Sighting::default();
    let mut holders: HashMap<&SlackUserId, &PersonId> = HashMap::new();
    for person in in_order(program) {
        let linked = state.person(&person.id).and_then(|known| known.slack.as_ref());
        let found = match (linked, &person.address) {
            (Some(id), _) | (None, Address::Slack(id)) => {
                accounts.by_id.get(id).copied().ok_or(Missing::Nobody)
            }
            (None, Address::Email(address)) => accounts.addressed(address),
        };
        let found = found.and_then(|member| match holders.get(&member.id) {
            Some(holder) => Err(Missing::SameAs((*holder).clone())),
            None => Ok(member),
        });
        let member = match found {
            Ok(member) => member,
            Err(why) => {
                sighting.missing.insert(person.id.clone(), why);
                continue;
            }
        };
        holders.insert(&member.id, &person.id);
        if linked.is_none() {
            sighting.links.push((person.id.clone(), member.id.clone()));
        }
        sighting.seen.insert(person.id.clone(), member.seen(quiet.get(&member.id).copied()));
    }
    sighting
}

/// Everybody in the order of the file; whoever isn't in it, by id after them.
fn in_order(program: &Program) -> Vec<&Person> {
    let order = program.recognition.order.iter().zip(0usize..);
    let places: HashMap<&PersonId, usize> = order.collect();
    let mut people: Vec<&Person> = program.people.values().collect();
    people.sort_by_key(|person| places.get(&person.id).copied().unwrap_or(usize::MAX));
    people
}
