//! At which step of a post the program was killed, told from facts alone: what the journal holds, and how
//! far the stand-in says that each call got.

use std::collections::BTreeMap;

use canvass::domain::effect::PostId;
use canvass::domain::event::{Event, Record};
use serde::Deserialize;
use serde_json::Value;

use super::record::begun;

/// A step of a post, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    /// It was due, and nothing of it on disk.
    BeforeIntent,
    /// Its intent was on disk, and its call had not arrived.
    Intended,
    /// Its call had arrived, and the message was not stored.
    Arrived,
    /// The message was stored, and the call not answered.
    Stored,
    /// The call was answered, and its outcome not on disk.
    Answered,
    /// Its outcome was on disk.
    Recorded,
}

impl Step {
    pub(super) const ALL: [Self; 6] =
        [Self::BeforeIntent, Self::Intended, Self::Arrived, Self::Stored, Self::Answered, Self::Recorded];

    pub(super) fn says(self) -> &'static str {
        match self {
            Self::BeforeIntent => "before the intent is on disk",
            Self::Intended => "intent on disk, call not arrived",
            Self::Arrived => "call arrived, message not stored",
            Self::Stored => "message stored, call not answered",
            Self::Answered => "call answered, outcome not on disk",
            Self::Recorded => "outcome on disk",
        }
    }
}

/// A call, as the stand-in's driver shows it.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Call {
    pub(super) id: u64,
    pub(super) method: String,
    metadata: Option<Value>,
    carried_out: bool,
    answered: bool,
}

impl Call {
    pub(super) fn post(&self) -> Option<PostId> {
        let id = self.metadata.as_ref()?.pointer("/event_payload/id")?.as_str()?;
        PostId::parse(id)
    }
}

/// What is known of one run of the program, from its start to its kill.
#[derive(Debug)]
pub(super) struct Life<'a> {
    /// What it recorded.
    pub(super) records: &'a [Record],
    /// What it called.
    pub(super) calls: &'a [Call],
    /// When it was killed, something was due that had never been begun.
    pub(super) more_due: bool,
}

impl Life<'_> {
    /// Every post that this run began, and how far it got.
    pub(super) fn posts(&self) -> BTreeMap<PostId, Step> {
        let mut posts = BTreeMap::new();
        for record in self.records {
            if let Some((post, _)) = begun(&record.event) {
                posts.insert(post, self.called(post));
            }
            if let Event::PostSent { post, .. } = &record.event {
                // One that an earlier run began was looked up and found.
                posts.entry(*post).and_modify(|step| *step = Step::Recorded);
            }
        }
        posts
    }

    fn called(&self, post: PostId) -> Step {
        let call =
            self.calls.iter().rfind(|call| call.method == "chat.postMessage" && call.post() == Some(post));
        match call {
            None => Step::Intended,
            Some(Call { carried_out: false, .. }) => Step::Arrived,
            Some(Call { answered: false, .. }) => Step::Stored,
            Some(_) => Step::Answered,
        }
    }

    /// The steps that the kill hit. The first and the last step count only where nothing else was going
    /// on: nothing was begun yet, or all that was begun was done.
    pub(super) fn hit(&self) -> Vec<Step> {
        let posts = self.posts();
        if posts.is_empty() {
            return if self.more_due { vec![Step::BeforeIntent] } else { Vec::new() };
        }
        let mut open: Vec<Step> = posts.into_values().filter(|step| *step != Step::Recorded).collect();
        open.sort_unstable();
        open.dedup();
        if open.is_empty() { vec![Step::Recorded] } else { open }
    }

    /// Whether a post in doubt was just being looked up.
    pub(super) fn was_looking_up(&self) -> bool {
        let looked = self.calls.iter().filter(|call| call.method == "conversations.history").count();
        let settled = |record: &&Record| match &record.event {
            Event::PostAbsent { .. } => true,
            Event::PostSent { post, .. } => !self
                .records
                .iter()
                .any(|record| begun(&record.event).is_some_and(|(begun, _)| begun == *post)),
            _ => false,
        };
        looked > self.records.iter().filter(settled).count()
    }
}

#[test]
fn a_kill_is_told_by_what_is_on_disk_and_how_far_the_call_got() {
    use canvass::domain::effect::PostKey;
    use canvass::domain::ids::{MessageTs, PersonId, Seq, SlackChannelId};
    use jiff::Timestamp;
    use serde_json::json;

    let key = PostKey::Receipt { of: Seq(1), to: PersonId::parse("ana").unwrap() };
    let post = key.id();
    let record = |event| Record { seq: Seq(2), at: Timestamp::UNIX_EPOCH, cause: None, event };
    let intended = record(Event::PostIntended {
        key,
        attempt: 1,
        deadline: Timestamp::UNIX_EPOCH,
        teams: vec![],
        audience: None,
        lists: Vec::new(),
        found_as: None,
    });
    let sent = record(Event::PostSent {
        post,
        attempt: 1,
        channel: SlackChannelId::parse("D1").unwrap(),
        ts: MessageTs::parse("1.000000").unwrap(),
        former: None,
    });
    let call = |carried_out, answered| Call {
        id: 1,
        method: "chat.postMessage".into(),
        metadata: Some(json!({ "event_payload": { "id": post.to_string() } })),
        carried_out,
        answered,
    };
    let check = |records: &[Record], calls: &[Call], more_due, expected: &[Step]| {
        assert_eq!(Life { records, calls, more_due }.hit(), expected, "{records:?} {calls:?}");
    };
    let done = [intended, sent];
    let (begun, ended) = (&done[..1], &done[1..]);
    check(&[], &[], true, &[Step::BeforeIntent]);
    check(&[], &[], false, &[]);
    check(begun, &[], true, &[Step::Intended]);
    check(begun, &[call(false, false)], true, &[Step::Arrived]);
    check(begun, &[call(true, false)], true, &[Step::Stored]);
    check(begun, &[call(true, true)], true, &[Step::Answered]);
    check(&done, &[call(true, true)], true, &[Step::Recorded]);
    check(ended, &[], true, &[Step::BeforeIntent]);
}
