//! Which account is whose.
//!
//! Invariant: an e-mail address is what an account says of itself, so it is believed of active people of our
//! own workspace only, and never where two of them say the same. Whoever is named by their Slack id is
//! recognized by that.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use super::{Member, Quiet};
use crate::domain::account::{Disbelief, Former, Proof, Turn};
use crate::domain::directory::{Address, Person};
use crate::domain::ids::{PersonId, SlackUserId};
use crate::domain::observation::Seen;
use crate::domain::program::Program;
use crate::domain::state::State;

/// The workspace that the app is installed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workspace {
    /// `T…`.
    team: String,
    /// The organization that it belongs to, `E…`, if it does.
    enterprise: Option<String>,
}

impl Workspace {
    /// The one in an answer of `auth.test`. Where none is named, nothing can be said of whose account is whose.
    pub fn read(answer: &Value) -> Option<Self> {
        let text = |name: &str| {
            answer.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
        };
        Some(Self { team: text("team_id")?, enterprise: text("enterprise_id") })
    }

    /// Whether `member` is one of its own people: at home in it, or of the same organization and in it.
    pub fn has(&self, member: &Member) -> bool {
        let within = |(enterprise, teams): &(String, Vec<String>)| {
            self.enterprise.as_ref() == Some(enterprise) && teams.contains(&self.team)
        };
        let at_home = member.team.as_ref() == Some(&self.team);
        !member.stranger && (at_home || member.enterprise.as_ref().is_some_and(within))
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

/// Somebody's account, to be recorded as `PersonLinked`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Who.
    pub person: PersonId,
    /// Their account.
    pub slack: SlackUserId,
    /// By what they were recognized.
    pub proof: Proof,
    /// The account that they had before, if it was another.
    pub replaces: Option<Former>,
}

/// An account that is not believed to be somebody's, to be recorded as `AccountRefused`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Whose.
    pub person: PersonId,
    /// Why not.
    pub because: Disbelief,
    /// The account that was theirs on record, and is no longer.
    pub lost: Option<SlackUserId>,
}

/// What reading the workspace brought.
#[derive(Debug, Clone, Default)]
pub struct Sighting {
    /// Accounts that turned out to be somebody else's: they are nobody's before they are linked anew.
    pub partings: Vec<Refusal>,
    /// What is not on record yet.
    pub links: Vec<Link>,
    /// What nobody has been told of yet.
    pub refusals: Vec<Refusal>,
    /// What their accounts say now, by person.
    pub seen: HashMap<PersonId, Seen>,
    /// People of the configuration who were not found.
    pub missing: BTreeMap<PersonId, Missing>,
    /// The accounts of people of the configuration.
    pub accounts: BTreeMap<PersonId, SlackUserId>,
    /// Accounts that have the address of somebody of the configuration and aren't believed, and whose.
    pub unbelieved: BTreeMap<SlackUserId, PersonId>,
}

impl Sighting {
    /// Whose account is that of another id, which comes first.
    pub fn same(&self) -> BTreeMap<PersonId, PersonId> {
        let same = self.missing.iter().filter_map(|(person, why)| match why {
            Missing::SameAs(first) => Some((person.clone(), first.clone())),
            Missing::Nobody | Missing::Deactivated | Missing::Disbelieved(_) => None,
        });
        same.collect()
    }
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

    fn doubt(&self, member: &Member) -> Option<Disbelief> {
        self.workspace.disbelieves(member, self.guests)
    }

    fn all_with(&self, address: &str) -> &[&'a Member] {
        self.by_email.get(address.to_lowercase().as_str()).map(Vec::as_slice).unwrap_or_default()
    }

    /// The accounts in use that have the address of `person`, believed or not.
    fn with_address_of(&self, person: &Person) -> impl Iterator<Item = &'a Member> {
        let all = match &person.address {
            Address::Email(mail) => self.all_with(mail),
            Address::Slack(_) => &[],
        };
        all.iter().copied().filter(|member| !member.deactivated)
    }

    /// The one account that may be believed to be whose address this is.
    fn addressed(&self, address: &str) -> Result<&'a Member, Missing> {
        let all = self.all_with(address);
        let believed: Vec<&Member> = all
            .iter()
            .copied()
            .filter(|member| !member.deactivated && self.doubt(member).is_none())
            .collect();
        match believed.as_slice() {
            [only] => Ok(only),
            [] => {
                // What was nearest to being right is what somebody can do something about.
                let why = all.iter().map(|member| match self.doubt(member) {
                    None => Missing::Deactivated,
                    Some(doubt) => Missing::Disbelieved(doubt),
                });
                Err(why.min_by_key(nearness).unwrap_or(Missing::Nobody))
            }
            [_, _, ..] => Err(Missing::Disbelieved(Disbelief::Several)),
        }
    }

    /// The account that whoever has this address had before, under another entry of the configuration: that entry
    /// still means it, and it is switched off or gone by now.
    fn before_under_another_id<'s>(
        &self,
        program: &Program,
        state: &'s State,
        person: &Person,
    ) -> Option<&'s SlackUserId> {
        let Address::Email(mail) = &person.address else { return None };
        let had_it = |holder: &&Person| {
            let Some(slack) = holder.account(state) else { return false };
            let account = self.by_id.get(slack);
            let says_so = account.is_some_and(|member| {
                member.deactivated
                    && self.doubt(member).is_none()
                    && member.email.as_deref() == Some(mail.to_lowercase().as_str())
            });
            let proof = state.person(&holder.id).and_then(|known| known.proof.as_ref());
            says_so || (account.is_none() && proof == Some(&Proof::by(&person.address)))
        };
        // In the order of ids, so that it is the same each time.
        let holder = program.people.values().filter(|holder| holder.id != person.id).find(had_it)?;
        holder.account(state)
    }

    /// Why somebody has another account than `before`.
    fn turn(&self, before: &SlackUserId) -> Turn {
        match self.by_id.get(before) {
            Some(member) if !member.deactivated => Turn::Corrected,
            Some(_) | None => Turn::Replaced,
        }
    }
}

fn nearness(why: &Missing) -> u8 {
    match why {
        Missing::Disbelieved(Disbelief::Guest) => 0,
        Missing::Deactivated => 1,
        Missing::Disbelieved(Disbelief::Outsider) => 2,
        Missing::Disbelieved(Disbelief::Bot) => 3,
        Missing::Disbelieved(Disbelief::Several | Disbelief::Rights | Disbelief::Another)
        | Missing::SameAs(_)
        | Missing::Nobody => 4,
    }
}

/// Who somebody is found to be.
enum Found<'a> {
    /// Who they were.
    Still(&'a Member),
    /// Somebody for the first time, or somebody else than before.
    Now(&'a Member),
    /// Nobody, although an account has their address.
    Doubted {
        because: Disbelief,
        /// Who they are all the same: whoever they were before.
        still: Option<&'a Member>,
        /// Whoever they were before on record, they are no longer.
        loses: bool,
    },
    /// Nobody.
    Not(Missing),
}

/// Recognizes the people of the configuration among `members`: by the Slack id that they are configured with,
/// or by e-mail address. Whoever was found by their address keeps the account, whatever address it has later,
/// for as long as the configuration gives the same one and the account is in use and may be believed.
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
        let known = state.person(&person.id);
        let before = known.and_then(|known| known.slack.as_ref());
        let doubted = known.and_then(|known| known.doubted.as_ref()).map(|doubted| doubted.because);
        let mut found = find(&accounts, program, state, person, before);
        if let Found::Still(member) | Found::Now(member) = found
            && let Some(holder) = holders.get(&member.id)
        {
            found = Found::Not(Missing::SameAs((*holder).clone()));
        }
        let member = match found {
            Found::Still(member) => {
                let proof = Proof::by(&person.address);
                // What was doubted is clear, or by what they were recognized is not on record.
                if doubted.is_some() || known.is_some_and(|known| known.proof.as_ref() != Some(&proof)) {
                    let (person, slack) = (person.id.clone(), member.id.clone());
                    sighting.links.push(Link { person, slack, proof, replaces: None });
                }
                member
            }
            // What is found again was lost, or in question, and may be with another proof.
            Found::Now(member) => {
                // Whoever lost one in doubt had it all the same.
                let own = before.or(known.and_then(|known| known.lost.as_ref()));
                let former = match own {
                    Some(own) => Some(own).filter(|own| **own != member.id),
                    None => accounts.before_under_another_id(program, state, person),
                };
                sighting.links.push(Link {
                    person: person.id.clone(),
                    slack: member.id.clone(),
                    proof: Proof::by(&person.address),
                    replaces: former
                        .map(|before| Former { slack: before.clone(), turn: accounts.turn(before) }),
                });
                member
            }
            Found::Doubted { because, still, loses } => {
                let lost = before.filter(|_| loses).cloned();
                if doubted != Some(because) || lost.is_some() {
                    sighting.refusals.push(Refusal { person: person.id.clone(), because, lost });
                }
                match still {
                    Some(member) => member,
                    None => {
                        let theirs =
                            accounts.with_address_of(person).map(|of| (of.id.clone(), person.id.clone()));
                        sighting.unbelieved.extend(theirs);
                        sighting.missing.insert(person.id.clone(), Missing::Disbelieved(because));
                        continue;
                    }
                }
            }
            Found::Not(why) => {
                sighting.missing.insert(person.id.clone(), why);
                continue;
            }
        };
        holders.insert(&member.id, &person.id);
        sighting.accounts.insert(person.id.clone(), member.id.clone());
        sighting.seen.insert(person.id.clone(), member.seen(quiet.get(&member.id).copied()));
    }
    sighting.partings = partings(program, state, &sighting.links);
    sighting
}

/// The accounts that `links` give to somebody and that another entry of the configuration has on record and doesn't
/// mean any more: entries that were mixed up. What each account did stays its own; the entries don't become one.
fn partings(program: &Program, state: &State, links: &[Link]) -> Vec<Refusal> {
    let mixed_up = links.iter().filter_map(|link| {
        let holder = state.by_slack.get(&link.slack).filter(|holder| **holder != link.person)?;
        let entry = program.people.get(holder)?;
        let moves = |other: &&Link| {
            other.person == *holder
                && other.replaces.as_ref().is_some_and(|former| former.slack == link.slack)
        };
        let parts = entry.is_in_question(state) || links.iter().any(|other| moves(&other));
        parts.then(|| Refusal {
            person: holder.clone(),
            because: Disbelief::Another,
            lost: Some(link.slack.clone()),
        })
    });
    mixed_up.collect()
}

fn find<'a>(
    accounts: &Accounts<'a>,
    program: &Program,
    state: &State,
    person: &Person,
    before: Option<&SlackUserId>,
) -> Found<'a> {
    let mail = match &person.address {
        Address::Slack(id) => {
            let Some(member) = accounts.by_id.get(id).copied() else { return Found::Not(Missing::Nobody) };
            // Whom somebody picked in Slack nobody has written down.
            return match accounts.doubt(member).filter(|_| is_picked(state, person, id)) {
                Some(because) => Found::Doubted { because, still: None, loses: before == Some(id) },
                None if before == Some(id) => Found::Still(member),
                None => Found::Now(member),
            };
        }
        Address::Email(mail) => mail,
    };
    let addressed = accounts.addressed(mail);
    let had = before.or_else(|| state.person(&person.id)?.lost.as_ref());
    let holder = before.filter(|_| person.account(state).is_some());
    let holder = holder.and_then(|before| accounts.by_id.get(before).copied());
    let otherwise = |still: Option<&'a Member>, loses: bool| match &addressed {
        Ok(member) if had.is_none_or(|had| *had == member.id) => Found::Now(member),
        // Rights move to another account by an id only.
        Ok(_) if program.has_rights(&person.id) => {
            Found::Doubted { because: Disbelief::Rights, still, loses }
        }
        Ok(member) => Found::Now(member),
        Err(Missing::Disbelieved(because)) => Found::Doubted { because: *because, still, loses },
        Err(why) => Found::Not(why.clone()),
    };
    let Some(member) = holder else { return otherwise(None, false) };
    let is_on_record = state.person(&person.id).is_some_and(|known| known.proof.is_some());
    match (accounts.doubt(member), &addressed) {
        (Some(because), Err(_)) => Found::Doubted { because, still: None, loses: true },
        (Some(_), Ok(_)) => otherwise(None, true),
        // Switched off, and nobody else has the address: it is still theirs.
        (None, Err(Missing::Nobody | Missing::Deactivated)) => Found::Still(member),
        (None, _) if member.deactivated => otherwise(Some(member), false),
        // It was found when there was no doubt; the doubt is told, and takes nothing away. Older records may
        // have been made in doubt.
        (None, Err(Missing::Disbelieved(Disbelief::Several))) => Found::Doubted {
            because: Disbelief::Several,
            still: is_on_record.then_some(member),
            loses: !is_on_record,
        },
        // That another account carries the address by now doesn't matter, unless nothing on record says that
        // this one ever did.
        (None, Ok(other)) if !is_on_record && other.id != member.id => otherwise(None, true),
        (None, Ok(_) | Err(Missing::Disbelieved(_) | Missing::SameAs(_))) => Found::Still(member),
    }
}

/// Whether `person` is somebody whom a stakeholder named in Slack, known by nothing but the account they
/// picked.
fn is_picked(state: &State, person: &Person, id: &SlackUserId) -> bool {
    let picked = state.approached.iter().find(|((_, who), _)| *who == person.id);
    picked.is_some_and(|(_, approached)| approached.slack == *id) && person.audiences.is_empty()
}

/// Everybody in the order of the file; whoever isn't in it, by id after them.
fn in_order(program: &Program) -> Vec<&Person> {
    let order = program.recognition.order.iter().zip(0usize..);
    let places: HashMap<&PersonId, usize> = order.collect();
    let mut people: Vec<&Person> = program.people.values().collect();
    people.sort_by_key(|person| places.get(&person.id).copied().unwrap_or(usize::MAX));
    people
}
