//! What is decided about something typed: which initiative it is about, and whether it is a question.

use std::path::Path;

use canvass::command::{Incoming, Request, decide};
use canvass::domain::directory::Address;
use canvass::domain::effect::{DeliveryKey, PostKey};
use canvass::domain::engagement::Touch;
use canvass::domain::event::{Cause, Event, Record, Said};
use canvass::domain::ids::{InitiativeId, MessageTs, PersonId, SlackChannelId, SlackUserId};
use canvass::domain::message::Reply;
use canvass::domain::observation::Observations;
use canvass::domain::program::Program;
use canvass::domain::state::State;
use jiff::{SignedDuration, Timestamp};

const NOW: &str = "2026-12-07T10:00:00Z";

struct Office {
    program: Program,
    state: State,
}

impl Office {
    fn open() -> Self {
        let mut program = canvass::config::load(Path::new("config")).unwrap().program;
        for person in program.people.values_mut() {
            person.address = Address::Slack(slack(person.id.as_str()));
        }
        let mut office = Self { program, state: State::default() };
        let people: Vec<PersonId> = office.program.people.keys().cloned().collect();
        for person in people {
            let slack = slack(person.as_str());
            office.happens(NOW, Event::PersonLinked { person, slack, proof: None, replaces: None });
        }
        office
    }

    fn happens(&mut self, at: &str, event: Event) {
        let record = Record { seq: self.state.head.next(), at: at.parse().unwrap(), cause: None, event };
        self.state.apply(&record);
    }

    /// The pitch of an initiative reached somebody, at this place in their conversation.
    fn pitched(&mut self, at: &str, who: &str, about: &str, ts: &str) {
        let key = PostKey::Touch(DeliveryKey {
            person: PersonId::parse(who).unwrap(),
            initiative: InitiativeId::parse(about).unwrap(),
            quarter: "2027-Q1".parse().unwrap(),
            touch: Touch::Pitch,
            occurrence: None,
        });
        let post = key.id();
        let deadline = at.parse::<Timestamp>().unwrap() + SignedDuration::from_secs(10);
        self.happens(
            at,
            Event::PostIntended {
                key,
                attempt: 1,
                deadline,
                teams: vec![],
                audience: None,
                lists: Vec::new(),
                found_as: None,
            },
        );
        let (channel, ts) = (channel(who), MessageTs::parse(ts).unwrap());
        self.happens(at, Event::PostSent { post, attempt: 1, channel, ts, former: None });
    }

    /// What becomes of a text: what it is about, whether the FAQ answers, or what is said to it.
    fn types(&self, who: &str, thread: Option<&str>, text: &str) -> String {
        let ts = MessageTs::parse("1796000000.000100").unwrap();
        let incoming = Incoming {
            cause: Cause::Message(channel(who), ts.clone()),
            actor: slack(who),
            request: Request::Typed {
                channel: channel(who),
                ts,
                thread: thread.map(|ts| MessageTs::parse(ts).unwrap()),
                text: text.to_owned(),
            },
        };
        let seen = Observations::default();
        let (events, reply) = decide(&self.program, &self.state, &seen, &incoming, NOW.parse().unwrap());
        let told = events.iter().map(|event| match event {
            Event::MessageReceived { initiative, said, .. } => {
                let what = if matches!(said, Said::Remark | Said::Courtesy) { "remark" } else { "question" };
                match initiative {
                    Some(initiative) => format!("{what} about {initiative}"),
                    None => format!("{what} about something"),
                }
            }
            Event::QuestionMatched { question, entry, .. } => {
                assert_eq!(*question, self.state.head.next(), "it is about the record just before it");
                format!("answered by {entry}")
            }
            other => format!("{other:?}"),
        });
        let said = match reply {
            Reply::Nothing => None,
            Reply::Say(message) => Some(message.notification.chars().take(25).collect()),
            other => Some(format!("{other:?}")),
        };
        told.chain(said).collect::<Vec<_>>().join(", ")
    }
}

fn slack(who: &str) -> SlackUserId {
    SlackUserId::parse(&format!("U{}", who.to_uppercase().replace('-', ""))).unwrap()
}

fn channel(who: &str) -> SlackChannelId {
    SlackChannelId::parse(&format!("D{}", who.to_uppercase().replace('-', ""))).unwrap()
}

#[test]
fn a_question_is_about_what_it_replies_to_names_or_can_only_mean() {
    let (first, second) = ("1795000000.000100", "1795000000.000200");
    let mut office = Office::open();
    // Carla hears of all three; lately of two. Ravi lately of one, Sofia long ago.
    office.pitched("2026-12-01T10:00:00Z", "carla", "payment-deadlines", first);
    office.pitched("2026-12-03T10:00:00Z", "carla", "safe-rollouts", second);
    office.pitched("2026-12-03T10:00:00Z", "ravi", "safe-rollouts", first);
    office.pitched("2026-11-16T10:00:00Z", "sofia", "payment-deadlines", first);
    let check = |who: &str, thread: Option<&str>, text: &str, expected: &str| {
        assert_eq!(office.types(who, thread, text), expected, "{who}: {text}");
    };
    check("carla", Some(first), "Is Japan in?", "question about payment-deadlines");
    check("carla", Some(second), "Is Japan in?", "question about safe-rollouts");
    check(
        "carla",
        Some(second),
        "who removes old flags?",
        "question about safe-rollouts, answered by old-flags",
    );
    check("carla", None, "Is Japan in?", "question about something");
    check("carla", None, "who removes old flags?", "question about something");
    check("carla", None, "restore-drills: is Japan in?", "question about restore-drills");
    check("carla", None, "is Japan in for “Restores that were practised”?", "question about restore-drills");
    check("carla", None, "restore-drills or safe-rollouts, which first?", "question about something");
    // A reply counts for more than a name, and a name for more than a message.
    check("carla", Some(first), "and safe-rollouts in Japan?", "question about payment-deadlines");
    check("ravi", None, "Is Japan in?", "question about safe-rollouts");
    check("sofia", None, "Is Japan in?", "question about something");
    // Only one is argued to Lucía.
    check("lucia", None, "can we say no?", "question about payment-deadlines, answered by say-no");
    check("lucia", None, "thank you :+1:", "remark about payment-deadlines");
    check("carla", None, "ok", "remark about something");
    check("priya", None, "Is Japan in?", "To answer a question, rep");
}
