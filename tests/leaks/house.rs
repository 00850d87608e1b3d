//! The sample organisation without a wire: what people do is decided, what is due is sent, and everything
//! that anybody is shown is kept.

use std::collections::BTreeMap;
use std::path::Path;

use canvass::command::{Ahead, Incoming, Request, composed, decide, home};
use canvass::domain::directory::Address;
use canvass::domain::effect::{Effect, Post, PostId, PostKey};
use canvass::domain::engagement::Audience;
use canvass::domain::event::{Cause, Event, Record, Renames, Stage};
use canvass::domain::ids::{MessageTs, PersonId, SlackChannelId, SlackUserId, TeamId};
use canvass::domain::message::{Message, Reply};
use canvass::domain::observation::Observations;
use canvass::domain::program::Program;
use canvass::domain::state::State;
use canvass::domain::survey::{Argued, Standings};
use canvass::plan::{Plan, eligible, queue};
use jiff::{SignedDuration, Timestamp};

/// Something that somebody was shown.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    pub(super) to: PersonId,
    /// What it was: a reply, a post, a message brought up to date.
    pub(super) what: String,
    /// All of it, as JSON.
    pub(super) text: String,
}

pub(super) struct House {
    pub(super) program: Program,
    pub(super) state: State,
    pub(super) shown: Vec<Shown>,
    pub(super) now: Timestamp,
    seen: Observations,
    deeds: u64,
    posted: u64,
}

impl House {
    /// The sample organisation; `approving`: with what waits for an advocate's word in a configuration that
    /// says nothing of it, and a staged start.
    pub(super) fn sample(now: &str, approving: bool) -> Self {
        let mut program = canvass::config::load(Path::new("config")).unwrap().program;
        for person in program.people.values_mut() {
            if let Address::Slack(id) = &mut person.address {
                *id = slack_id(&person.id);
            }
        }
        if approving {
            program.approval.audiences.insert(Audience::Executive);
            program.approval.first_campaign = true;
            program.stage = Stage::Few;
        }
        let mut house = Self {
            program,
            state: State::default(),
            shown: Vec::new(),
            now: now.parse().unwrap(),
            seen: Observations::default(),
            deeds: 0,
            posted: 0,
        };
        let initiatives = house.program.initiatives.iter().map(|initiative| initiative.id.clone()).collect();
        let digest = house.program.digest.clone();
        house.happens(
            None,
            Event::ConfigAdopted {
                digest,
                initiatives,
                renamed: Renames::default(),
                quarters: Default::default(),
            },
        );
        for person in house.program.people.keys().cloned().collect::<Vec<_>>() {
            let slack = slack_id(&person);
            house.happens(None, Event::PersonLinked { person, slack, proof: None, replaces: None });
        }
        house
    }

    fn happens(&mut self, cause: Option<Cause>, event: Event) {
        let record = Record { seq: self.state.head.next(), at: self.now, cause, event };
        self.state.apply(&record);
    }

    /// Somebody does something; what it answers is shown to them.
    pub(super) fn does(&mut self, actor: &PersonId, request: Request) {
        self.deeds += 1;
        let cause = Cause::Event(format!("Ev{}", self.deeds));
        let what = format!("the reply to {request:?}");
        let incoming = Incoming { cause: cause.clone(), actor: slack_id(actor), request };
        let (events, reply) = decide(&self.program, &self.state, &self.seen, &incoming, self.now);
        for event in events {
            self.happens(Some(cause.clone()), event);
        }
        let text = match reply {
            Reply::Nothing => return,
            Reply::Home(page) => {
                let who = slack_id(actor);
                let (argued, all) = (Argued::of(&self.program), |_: &_| true);
                let standings = Standings::of(&self.program, &self.state, &self.seen, &argued, all, self.now);
                let queue = queue(&self.program, &self.state, &self.seen, self.now);
                let ahead = Ahead { standings: &standings, coming: &[], queue: &queue };
                let shown = home(&self.program, &self.state, &self.seen, ahead, &who, &page, self.now);
                serde_json::to_string(&shown).unwrap()
            }
            // What was typed comes back underlined in what it should have been.
            reply => serde_json::to_string(&reply).unwrap(),
        };
        self.shown.push(Shown { to: actor.clone(), what, text });
    }

    /// Lets time pass, sending what comes due on the way.
    pub(super) fn passes(&mut self, time: SignedDuration) {
        let until = self.now + time;
        loop {
            self.send();
            let plan = Plan::from_nothing(&self.program, &self.state, &self.seen, self.now);
            match plan.next_wake().filter(|wake| *wake <= until) {
                Some(wake) => self.now = wake,
                None => break,
            }
        }
        self.now = until;
        self.send();
    }

    /// Sends everything that is due now, and everything that it makes due.
    pub(super) fn send(&mut self) {
        loop {
            let plan = Plan::from_nothing(&self.program, &self.state, &self.seen, self.now);
            let effects = plan.due(self.now);
            let before = self.state.head;
            effects.into_iter().for_each(|effect| self.perform(effect));
            if self.state.head == before {
                return;
            }
        }
    }

    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Post(post) => self.post(post),
            Effect::Miss(key) => self.happens(None, Event::PostMissed { key }),
            Effect::Refresh { post, through } => {
                self.refresh(post);
                self.happens(None, Event::PostShown { post, through });
            }
            Effect::Settle { .. } => unreachable!("nothing is lost here"),
        }
    }

    fn post(&mut self, post: Post) {
        if eligible(&self.program, &self.state, &self.seen, self.now, &post.key).is_err() {
            return;
        }
        let key = post.key.clone();
        // What can't be written is not sent; the operator is told.
        let Ok(message) = self.compose(&post) else { return };
        self.posted += 1;
        let (id, to) = (key.id(), key.to().clone());
        let ts = MessageTs::parse(&format!("{}.{:06}", self.now.as_second(), self.posted)).unwrap();
        let channel = channel_of(&to);
        self.happens(
            None,
            Event::PostIntended {
                key: post.key,
                attempt: post.attempt,
                deadline: self.now,
                teams: post.teams,
                audience: post.audience,
                lists: Vec::new(),
                found_as: None,
            },
        );
        self.happens(None, Event::PostSent { post: id, attempt: post.attempt, channel, ts, former: None });
        self.show(to, format!("the post {}", key.word()), &message);
    }

    fn compose(&self, post: &Post) -> Result<Message, canvass::message::Unsayable> {
        self.says(&post.key, &post.teams, post.audience)
    }

    fn says(
        &self,
        key: &PostKey,
        teams: &[TeamId],
        audience: Option<Audience>,
    ) -> Result<Message, canvass::message::Unsayable> {
        let (program, state, seen) = (&self.program, &self.state, &self.seen);
        composed(program, state, seen, key, (teams, audience), self.now)
    }

    fn refresh(&mut self, post: PostId) {
        let known = self.state.post(post).unwrap().clone();
        if let Ok(message) = self.says(&known.key, &known.teams, known.audience) {
            self.show(
                known.key.to().clone(),
                format!("the {} brought up to date", known.key.word()),
                &message,
            );
        }
    }

    fn show(&mut self, to: PersonId, what: String, message: &Message) {
        self.shown.push(Shown { to, what, text: serde_json::to_string(message).unwrap() });
    }

    /// What was sent to somebody, oldest first.
    pub(super) fn posts_of(&self, person: &PersonId) -> Vec<(PostId, MessageTs)> {
        let mut posts: Vec<(PostId, MessageTs)> = self
            .state
            .posts
            .iter()
            .filter(|(_, post)| post.key.to() == person)
            .filter_map(|(id, post)| Some((*id, post.place()?.1.clone())))
            .collect();
        posts.sort_by(|(_, a), (_, b)| a.as_str().cmp(b.as_str()));
        posts
    }

    /// How often each kind of post was sent.
    pub(super) fn tally(&self) -> BTreeMap<String, usize> {
        let mut tally = BTreeMap::new();
        for shown in &self.shown {
            let kind = shown.what.split(['(', '{']).next().unwrap_or_default().trim().to_owned();
            *tally.entry(kind).or_default() += 1;
        }
        tally
    }
}

/// A Slack id in which nobody's name can be read.
pub(super) fn slack_id(person: &PersonId) -> SlackUserId {
    let digits: String = person.as_str().bytes().map(|byte| format!("{byte:02X}")).collect();
    SlackUserId::parse(&format!("U{digits}")).unwrap()
}

pub(super) fn channel_of(person: &PersonId) -> SlackChannelId {
    SlackChannelId::parse(&slack_id(person).as_str().replacen('U', "D", 1)).unwrap()
}
