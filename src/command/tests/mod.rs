//! Decisions, told as short stories: what somebody does, and what comes of it.

use super::*;
use std::collections::BTreeMap;

use crate::domain::effect::PostKey;
use crate::domain::engagement::Touch;
use crate::domain::event::{Record, Referral, Said};
use crate::domain::ids::Seq;
use crate::domain::personal::Personal;
use crate::message::fixture::{monday, payments_id, person_id, program, team_id};

mod anew;
mod approve;
mod concern;
mod doubts;
mod gaps;
mod kept;
mod note;
mod reason;
mod referral;
mod restored;
mod resume;
mod stop;
mod threads;
mod waiting;

/// The fixture's organization, in which everybody has an account.
struct Office {
    program: Program,
    state: State,
    seen: Observations,
    now: Timestamp,
    causes: u32,
}

fn slack(who: &str) -> SlackUserId {
    SlackUserId::parse(&format!("U{}", who.to_uppercase())).unwrap()
}

fn channel(who: &str) -> SlackChannelId {
    SlackChannelId::parse(&format!("D{}", who.to_uppercase())).unwrap()
}

fn ts(text: &str) -> MessageTs {
    MessageTs::parse(text).unwrap()
}

fn pitch(who: &str) -> PostKey {
    PostKey::Touch(DeliveryKey {
        person: person_id(who),
        initiative: payments_id(),
        quarter: "2027-Q1".parse().unwrap(),
        touch: Touch::Pitch,
        occurrence: None,
    })
}

impl Office {
    fn open() -> Self {
        let program = program();
        let mut office = Self {
            state: State::default(),
            seen: Observations::default(),
            now: monday(),
            causes: 0,
            program,
        };
        let quarters = BTreeMap::from([(payments_id(), "2027-Q1".parse().unwrap())]);
        office.happens(Event::ConfigAdopted {
            digest: office.program.digest.clone(),
            initiatives: vec![payments_id()],
            renamed: Default::default(),
            quarters,
        });
        for person in office.program.people.keys().cloned().collect::<Vec<_>>() {
            let slack = slack(person.as_str());
            office.happens(Event::PersonLinked { person, slack, proof: None, replaces: None });
        }
        office
    }

    fn happens(&mut self, event: Event) -> Seq {
        self.records(None, event)
    }

    fn records(&mut self, cause: Option<Cause>, event: Event) -> Seq {
        let seq = self.state.head.next();
        self.state.apply(&Record { seq, at: self.now, cause, event });
        seq
    }

    /// A message is on its way to `who`.
    fn intends(&mut self, key: PostKey) -> PostId {
        let post = self.state.id_of(&key);
        let (deadline, teams) = (self.now, vec![team_id("checkout")]);
        let found_as = self.state.named_in_intent(post, &key);
        let recipient = key.delivery().and_then(|delivery| self.program.people.get(&delivery.person));
        let audience = recipient.and_then(|person| person.audiences.first().copied());
        self.happens(Event::PostIntended {
            key,
            attempt: 1,
            deadline,
            teams,
            audience,
            lists: Vec::new(),
            found_as,
        });
        post
    }

    /// A message arrives, at this place.
    fn sends(&mut self, who: &str, key: PostKey, place: &str) -> PostId {
        let post = self.intends(key);
        self.happens(Event::PostSent {
            post,
            attempt: 1,
            channel: channel(who),
            ts: ts(place),
            former: None,
        });
        post
    }

    /// Ana said something to which there is no click of its own here.
    fn hears(&mut self, said: Said, referral: Option<Referral>) -> Seq {
        self.happens(Event::MessageReceived {
            person: person_id("ana"),
            initiative: Some(payments_id()),
            said,
            text: Some(Personal::new(person_id("ana"), "It may double-charge.")),
            place: None,
            thread: None,
            referral,
        })
    }

    /// What somebody does, with what it records and what is said to it.
    fn does(&mut self, who: &SlackUserId, request: Request) -> (Vec<Event>, Reply) {
        self.causes += 1;
        let cause = match &request {
            Request::Typed { channel, ts, .. } => Cause::Message(channel.clone(), ts.clone()),
            _ => Cause::Event(format!("Ev{}", self.causes)),
        };
        let incoming = Incoming { cause: cause.clone(), actor: who.clone(), request };
        let (events, reply) = decide(&self.program, &self.state, &self.seen, &incoming, self.now);
        for event in events.clone() {
            self.records(Some(cause.clone()), event);
        }
        (events, reply)
    }

    fn types(&mut self, who: &str, place: &str, thread: Option<&str>, text: &str) -> (Vec<Event>, Reply) {
        let request = Request::Typed {
            channel: channel(who),
            ts: ts(place),
            thread: thread.map(ts),
            text: text.to_owned(),
        };
        self.does(&slack(who), request)
    }

    fn edits(&mut self, who: &str, place: &str, text: &str) -> (Vec<Event>, Reply) {
        let text = text.to_owned();
        let request = Request::Edit { channel: channel(who), ts: ts(place), thread: None, text };
        self.does(&slack(who), request)
    }

    fn clicks(&mut self, who: &str, post: Option<PostId>, action: Action) -> (Vec<Event>, Reply) {
        self.does(&slack(who), Request::Act { post, action })
    }
}

/// What is said, and the labels of the buttons under it.
fn said(reply: &Reply) -> (String, Vec<String>) {
    let Reply::Say(message) = reply else { return (format!("{reply:?}"), Vec::new()) };
    let labels = message.buttons.iter().map(|button| button.label.to_string()).collect();
    (message.notification.clone(), labels)
}
