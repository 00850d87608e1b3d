//! Somebody else decides, or is missing: the advocate decides whom to approach.
//!
//! Invariant: whoever is approached is never told who named them (rule R7).

use std::collections::BTreeMap;

use super::{Decided, Scene, listed, refuse};
use crate::domain::directory::{Address, Person};
use crate::domain::engagement::Audience;
use crate::domain::event::{Event, Record, Said};
use crate::domain::ids::{PersonId, Seq, SlackUserId, TeamId};
use crate::domain::initiative::Initiative;
use crate::domain::marks;
use crate::domain::message::{Field, Input, Modal, ModalKind, Paragraph, Part, Reply, Span, Value, Values};
use crate::domain::personal::Personal;
use crate::domain::program::Because;
use crate::domain::silence::Silence;
use crate::domain::state::Received;
use crate::message;
use crate::plan;

const WHO: &str = "who";
const NAME: &str = "name";
const AUDIENCE: &str = "audience";
const TEAMS: &str = "teams";
const DECIDES: &str = "decides";

/// Slack shows at most ten boxes to tick.
const MOST_TICKS: usize = 10;

/// A referral that has yet to be decided about, for an advocate who may.
fn open_referral<'a>(
    scene: Scene<'a>,
    actor: &Person,
    referral: Seq,
) -> Result<(&'a Received, &'a Initiative), String> {
    let received = scene
        .state
        .received
        .get(&referral)
        .filter(|received| received.said == Said::Referral)
        .ok_or("I no longer have this hint on record.")?;
    let about = received.initiative.as_ref().ok_or(
        "This hint is about no initiative in particular: name the person in the initiative's file instead.",
    )?;
    let initiative = scene.steered_by(actor, about)?;
    if let Some(settled) = &received.settled {
        let by = scene.name(&settled.by);
        return Err(match &settled.approached {
            Some(person) => format!("{by} approaches {} already.", scene.name(person)),
            None => format!(
                "{by} decided to let it be. To approach them all the same, name them in \
                 config/initiatives/{}.toml.",
                initiative.id
            ),
        });
    }
    Ok((received, initiative))
}

/// Opens the modal in which an advocate says how to approach whom a stakeholder named.
pub(super) fn open(scene: Scene<'_>, actor: &Person, referral: Seq) -> Decided {
    let (received, initiative) = match open_referral(scene, actor, referral) {
        Ok(found) => found,
        Err(sentence) => return refuse(sentence),
    };
    let named = received.referral.as_ref();
    let whom = named.and_then(|named| named.whom.clone());
    let known = whom.as_ref().and_then(|slack| scene.called(slack));
    let decides = named.is_some_and(|named| named.decides);
    let referrer = scene.name(&received.person);
    let mut intro = vec![Span::Text("They get a first message of their own about ".to_owned())];
    intro.push(Span::Strong(initiative.title.clone()));
    intro.push(Span::Text(format!(". It doesn't say that {referrer} named them.")));
    if decides {
        intro.push(Span::Text(format!(
            " If they decide, {referrer} is asked no more about that team's part."
        )));
    }
    let mut parts = Vec::new();
    if let Some(slack) = &whom {
        let who = vec![
            Span::Text("You approach ".to_owned()),
            Span::Mention(slack.clone()),
            Span::Text(".".to_owned()),
        ];
        parts.push(Part::Paragraph(Paragraph(who)));
    }
    parts.push(Part::Paragraph(Paragraph(intro)));
    let modal = Modal {
        kind: ModalKind::Approach { referral },
        title: "Approach them".to_owned(),
        parts,
        fields: fields(scene, initiative, received, known, whom.is_none()),
        submit: Some("Approach".to_owned()),
    };
    (Vec::new(), Reply::Open(Box::new(modal)))
}

fn fields(
    scene: Scene<'_>,
    initiative: &Initiative,
    received: &Received,
    known: Option<&Person>,
    asks_who: bool,
) -> Vec<Field> {
    let field = |name, label: &str, optional, input| Field {
        name,
        label: label.to_owned(),
        hint: None,
        optional,
        input,
    };
    let mut fields = Vec::new();
    if asks_who {
        fields.push(field(WHO, "Who is it?", false, Input::Person));
    }
    if known.is_none() {
        let input = Input::Text { lines: false, most: 80, placeholder: None, initial: None };
        let mut name = field(NAME, "What are they called?", asks_who, input);
        name.hint = Some("First name first: the message greets them with it.".to_owned());
        fields.push(name);
    }
    let options = Audience::ALL.map(|audience| (audience.word().to_owned(), capital(audience.title())));
    // Whoever decides instead of somebody is asked what they were asked.
    let decides = received.referral.as_ref().is_some_and(|named| named.decides);
    let referrer = scene.person(&received.person).filter(|_| decides);
    let own =
        |person: &Person| person.audiences.iter().copied().find(|audience| !decides || audience.plans());
    let initial = known.and_then(own).or_else(|| referrer.and_then(own));
    let initial = initial.or_else(|| known.and_then(|known| known.audiences.first().copied()));
    let initial = initial.map(|audience| audience.word().to_owned());
    let role = Input::Pick { options: options.to_vec(), initial };
    fields.push(field(AUDIENCE, "In which role?", false, role));
    let team = |id: &TeamId| {
        (id.to_string(), scene.program.teams.get(id).map_or_else(|| id.to_string(), |team| team.name.clone()))
    };
    let teams: Vec<(String, String)> = initiative.asks.keys().map(team).collect();
    let theirs = parts_of(scene, initiative, received, known);
    let input = if teams.len() > MOST_TICKS {
        Input::Pick { options: teams, initial: theirs.into_iter().next() }
    } else {
        Input::Ticks { options: teams, initial: theirs }
    };
    fields.push(field(TEAMS, "For which teams?", false, input));
    let options = vec![("yes".to_owned(), "They decide for these teams".to_owned())];
    let initial = decides.then(|| "yes".to_owned()).into_iter().collect();
    fields.push(field(DECIDES, "Do they decide?", true, Input::Ticks { options, initial }));
    fields
}

/// The teams whose part it is likely to be: their own, else those of whoever gave the hint.
fn parts_of(
    scene: Scene<'_>,
    initiative: &Initiative,
    received: &Received,
    known: Option<&Person>,
) -> Vec<String> {
    let asked = |team: &&TeamId| initiative.asks.contains_key(*team);
    let own = known.into_iter().flat_map(|known| &known.teams).filter(asked);
    let own: Vec<String> = own.map(ToString::to_string).collect();
    if !own.is_empty() {
        return own;
    }
    let referrer = scene.person(&received.person);
    let argued = referrer.and_then(|referrer| scene.program.stakeholder(initiative, referrer));
    argued.into_iter().flat_map(|of| of.teams).map(|team| team.to_string()).collect()
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Lets a referral be.
pub(super) fn dismiss(scene: Scene<'_>, actor: &Person, referral: Seq) -> Decided {
    match open_referral(scene, actor, referral) {
        Ok(_) => (vec![Event::ReferralDismissed { referral, by: actor.id.clone() }], Reply::Nothing),
        Err(sentence) => refuse(sentence),
    }
}

/// What is wrong with a field, and with which.
type Fault = (&'static str, String);

/// An advocate approaches whom a stakeholder named.
pub(super) fn approach(scene: Scene<'_>, actor: &Person, referral: Seq, values: &Values) -> Decided {
    let (received, initiative) = match open_referral(scene, actor, referral) {
        Ok(found) => found,
        Err(sentence) => return refuse(sentence),
    };
    match approached(scene, actor, referral, received, initiative, values) {
        Ok(decided) => decided,
        Err((field, sentence)) => (Vec::new(), Reply::Faults(BTreeMap::from([(field.to_owned(), sentence)]))),
    }
}

fn approached(
    scene: Scene<'_>,
    actor: &Person,
    referral: Seq,
    received: &Received,
    initiative: &Initiative,
    values: &Values,
) -> Result<Decided, Fault> {
    let named = received.referral.as_ref().and_then(|named| named.whom.clone());
    let asked_who = named.is_none();
    // A fault can only be shown on a field that is there.
    let on_who = if asked_who { WHO } else { AUDIENCE };
    let slack = match (named, values.get(WHO)) {
        (Some(slack), _) => slack,
        (None, Some(Value::Person(slack))) => slack.clone(),
        (None, _) => return Err((WHO, "Please pick the person.".into())),
    };
    let forgotten =
        scene.called(&slack).is_some_and(|person| marks::is_forgotten(scene.state, scene.seen, person));
    if forgotten || marks::is_marked(scene.state, scene.seen, &slack) {
        return Err((on_who, "They asked to be forgotten, so they can't be written to.".into()));
    }
    let audience = match values.get(AUDIENCE) {
        Some(Value::Choice(word)) => Audience::from_word(word),
        Some(Value::Text(_) | Value::Ticks(_) | Value::Date(_) | Value::Time(_) | Value::Person(_))
        | None => None,
    };
    let audience = audience.ok_or((AUDIENCE, "Please pick the role it is argued for.".to_owned()))?;
    let words: Vec<&String> = match values.get(TEAMS) {
        Some(Value::Ticks(words)) => words.iter().collect(),
        Some(Value::Choice(word)) => vec![word],
        Some(Value::Text(_) | Value::Date(_) | Value::Time(_) | Value::Person(_)) | None => Vec::new(),
    };
    let teams: Vec<TeamId> = initiative
        .asks
        .keys()
        .filter(|team| words.iter().any(|word| *word == team.as_str()))
        .cloned()
        .collect();
    if teams.is_empty() {
        return Err((TEAMS, "Please pick at least one team whose part this is.".into()));
    }
    let decides = matches!(values.get(DECIDES), Some(Value::Ticks(ticks)) if !ticks.is_empty());
    if decides && !audience.plans() {
        let why = "Only a product manager or an engineering manager is asked to plan it. Pick that role, or untick that \
                   they decide.";
        return Err((AUDIENCE, why.into()));
    }
    let (person, name) = match scene.called(&slack) {
        Some(known) => {
            may_be_approached(scene, initiative, known, &teams, decides).map_err(|why| (on_who, why))?;
            (known.id.clone(), None)
        }
        None => {
            let typed = match values.get(NAME) {
                Some(Value::Text(name)) => name.split_whitespace().collect::<Vec<_>>().join(" "),
                Some(
                    Value::Choice(_) | Value::Ticks(_) | Value::Date(_) | Value::Time(_) | Value::Person(_),
                )
                | None => String::new(),
            };
            if typed.is_empty() {
                let sentence = "I don't know them yet: please write what they are called.";
                return Err((NAME, sentence.into()));
            }
            let id = new_id(scene, &typed, &slack)
                .ok_or((on_who, "Please add them to people.toml.".to_owned()))?;
            (id.clone(), Some(Personal::new(id, typed)))
        }
    };
    if person == received.person {
        return Err((on_who, "That is the person who gave the hint; please pick whom they meant.".into()));
    }
    let called = match &name {
        Some(name) => name.reveal().unwrap_or_default().to_owned(),
        None => scene.name(&person),
    };
    let event = Event::Approached {
        referral,
        by: actor.id.clone(),
        person,
        slack,
        name,
        initiative: initiative.id.clone(),
        audience,
        teams,
        decides,
    };
    let says = comes_of(scene, actor, initiative, &event, &called);
    Ok((vec![event], Reply::say(says)))
}

/// What whoever is approached gets, once that is on record: what ends the messages to them ends this one as well.
fn comes_of(
    scene: Scene<'_>,
    actor: &Person,
    initiative: &Initiative,
    approached: &Event,
    called: &str,
) -> String {
    let Event::Approached { person, teams, audience, .. } = approached else { return String::new() };
    let title = &initiative.title;
    let name =
        |id: &TeamId| scene.program.teams.get(id).map_or_else(|| id.to_string(), |team| team.name.clone());
    let names: Vec<String> = teams.iter().map(name).collect();
    let parts = listed(&names.iter().map(String::as_str).collect::<Vec<_>>(), "and");
    if let Some(silence) = Silence::of(scene.program, scene.state, initiative, person) {
        return format!(
            "Noted, but {}, so I write nothing more to {called} about “{title}”: please talk to them about {parts} \
             yourself. `{} met @{person} {}` records it.",
            message::silent_because(scene.program, &silence),
            scene.program.command,
            initiative.id
        );
    }
    let mut state = scene.state.clone();
    let (seq, at, event) = (state.head.next(), scene.now, approached.clone());
    state.apply(&Record { seq, at, cause: None, event });
    let program = scene.program.with(&state);
    let next =
        program.initiative(&initiative.id).zip(program.people.get(person)).map(|(initiative, known)| {
            plan::next_for(&program, &state, scene.seen, scene.now, initiative, known)
        });
    let reached = state.engagement(person, &initiative.id, initiative.quarter).is_some_and(|of| of.reached);
    // What waits for approval goes to nobody before.
    let first = if plan::wants_approval(scene.program, scene.state, initiative, *audience) {
        " once it is approved"
    } else {
        ""
    };
    let doubted = state.person(person).and_then(|known| known.doubted.as_ref()).map(|of| of.because);
    match (next, doubted) {
        (Some(Err(plan::Skip::NotLinked)), Some(because)) => format!(
            "Done, but as things stand {called} gets no message about it from me. {} Put their Slack id in people.toml, \
             or talk to them about {parts} yourself.",
            because.says()
        ),
        // Whoever is new is found in Slack in a moment.
        (Some(Err(skip)), _) if skip != plan::Skip::NotLinked => format!(
            "Done, but as things stand {called} gets no message about it from me. {} If that stays so, please talk to \
             them about {parts} yourself.",
            scene.why(actor, &skip)
        ),
        (Some(_) | None, _) if reached => {
            format!(
                "Done: {called} has had messages about “{title}” already; the next one names this part too."
            )
        }
        // By then it is known whether the account is one that may be written to.
        (Some(Err(_)), _) => format!(
            "Done: I'm looking {called} up in Slack. They get a first message of their own about “{title}”{first}, in \
             their send hours and in its time; if I may not write to that account, I'll tell you."
        ),
        (Some(Ok(_)) | None, _) => format!(
            "Done: {called} gets a first message of their own about “{title}”{first}, in their send hours and in its time."
        ),
    }
}

/// Refuses for somebody who can't be a stakeholder, or is one already.
fn may_be_approached(
    scene: Scene<'_>,
    initiative: &Initiative,
    person: &Person,
    teams: &[TeamId],
    decides: bool,
) -> Result<(), String> {
    let name = &person.name;
    if initiative.advocates.contains(&person.id) {
        return Err(format!("{name} advocates this, so they aren't asked."));
    }
    if let Some(excluded) = initiative.excluded.iter().find(|excluded| excluded.person == person.id) {
        return Err(format!(
            "The initiative's file leaves {name} out ({}). Take that out of it first.",
            excluded.reason
        ));
    }
    let Some(stakeholder) = scene.program.stakeholder(initiative, person) else { return Ok(()) };
    let hears = teams.iter().all(|team| stakeholder.teams.contains(team));
    let answers = match stakeholder.because {
        Because::Decides => true,
        Because::OnTeam | Because::AnswersFor | Because::Added(_) | Because::Named { .. } => teams
            .iter()
            .filter_map(|team| initiative.asks.get(team))
            .all(|ask| ask.decider.as_ref() == Some(&person.id)),
    };
    if hears && (!decides || answers) {
        return Err(format!("{name} hears about this already, so there is nothing to do: let it be."));
    }
    Ok(())
}

/// An id for somebody new: their name if it makes one that is free, else their Slack id.
fn new_id(scene: Scene<'_>, name: &str, slack: &SlackUserId) -> Option<PersonId> {
    let words = name.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let slug = words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-");
    let free = |id: &PersonId| {
        !scene.state.people.contains_key(id)
            && !scene.program.people.values().any(|person| person.id == *id || person.was.contains(id))
    };
    let by_name = PersonId::parse(&slug).ok().filter(|id| name.is_ascii() && free(id));
    by_name.or_else(|| PersonId::parse(&slack.as_str().to_ascii_lowercase()).ok().filter(free))
}

impl<'a> Scene<'a> {
    /// The person of the directory who is this account.
    pub(super) fn called(self, slack: &SlackUserId) -> Option<&'a Person> {
        let by_address = || {
            let address = Address::Slack(slack.clone());
            self.program.people.values().find(|person| person.address == address)
        };
        // An account that isn't believed to be theirs is still nobody else's.
        let by_mail = || self.program.people.get(self.seen.unbelieved.get(slack)?);
        self.actor(slack).or_else(by_address).or_else(by_mail)
    }
}
