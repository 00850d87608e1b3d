//! Accounts that change hands, and ids that turn out to be one human, told as short stories.

use super::*;
use crate::domain::account::MailMark;
use crate::domain::booking::{Subject, Via};
use crate::domain::calendar::Quarter;
use crate::domain::effect::{DeliveryKey, PostId};
use crate::domain::engagement::{Audience, Stance, Touch};
use crate::domain::event::{Event, PauseReason, Record, RefusedFor, Said, Stage};
use crate::domain::ids::{InitiativeId, MessageTs, SlackChannelId, TeamId};
use crate::domain::personal::Personal;
use crate::domain::program::ConfigDigest;

mod merging;
mod words;

fn person(id: &str) -> PersonId {
    PersonId::parse(id).unwrap()
}

fn slack(id: &str) -> SlackUserId {
    SlackUserId::parse(id).unwrap()
}

fn dm(id: &str) -> SlackChannelId {
    SlackChannelId::parse(id).unwrap()
}

fn payments() -> InitiativeId {
    InitiativeId::parse("payments").unwrap()
}

fn checkout() -> TeamId {
    TeamId::parse("checkout").unwrap()
}

fn quarter() -> Quarter {
    "2027-Q1".parse().unwrap()
}

fn pitch_of(to: &str) -> DeliveryKey {
    let (person, initiative, quarter) = (person(to), payments(), quarter());
    DeliveryKey { person, initiative, quarter, touch: Touch::Pitch, occurrence: None }
}

fn pitch(to: &str) -> PostKey {
    PostKey::Touch(pitch_of(to))
}

fn at(hours: i64) -> Timestamp {
    Timestamp::from_second(1_796_000_000 + hours * 3_600).unwrap()
}

/// A journal that is told line by line, an hour a line.
#[derive(Default)]
struct Story(State);

impl Story {
    fn says(&mut self, event: Event) -> Seq {
        let seq = self.0.head.next();
        self.0.apply(&Record { seq, at: at(i64::try_from(seq.0).unwrap()), cause: None, event });
        seq
    }

    fn links(&mut self, who: &str, account: &str, replaces: Option<(&str, Turn)>) -> Seq {
        self.says(Event::PersonLinked {
            person: person(who),
            slack: slack(account),
            proof: Some(Proof::Mail { mark: MailMark::of("henrik@example.com") }),
            replaces: replaces.map(|(before, turn)| Former { slack: slack(before), turn }),
        })
    }

    fn intends(&mut self, key: &PostKey) -> PostId {
        let (teams, deadline) = (vec![checkout()], Timestamp::MAX);
        let id = self.0.id_of(key);
        let attempt = self.0.post(id).map_or(1, |post| post.attempt + 1);
        let audience = Some(Audience::Executive);
        self.says(Event::PostIntended {
            key: key.clone(),
            attempt,
            deadline,
            teams,
            audience,
            lists: Vec::new(),
            found_as: None,
        });
        id
    }

    fn sends(&mut self, key: &PostKey, channel: &str) -> PostId {
        self.sent_to(key, channel, None)
    }

    /// Found again in the direct message with an account of before.
    fn finds(&mut self, key: &PostKey, channel: &str, former: &str) -> PostId {
        self.sent_to(key, channel, Some(slack(former)))
    }

    fn sent_to(&mut self, key: &PostKey, channel: &str, former: Option<SlackUserId>) -> PostId {
        let post = self.intends(key);
        let ts = MessageTs::parse(&format!("{}.000100", self.0.head)).unwrap();
        self.says(Event::PostSent { post, attempt: 1, channel: dm(channel), ts, former });
        post
    }

    fn answers(&mut self, who: &str, stance: Stance, how: How) -> Seq {
        let (person, initiative, quarter) = (person(who), payments(), quarter());
        self.says(Event::StanceTaken { person, initiative, teams: vec![checkout()], quarter, stance, how })
    }

    fn asks(&mut self, who: &str) -> Seq {
        self.says(Event::MessageReceived {
            person: person(who),
            initiative: Some(payments()),
            said: Said::Question,
            text: Some(Personal::new(person(who), "Why now?")),
            place: None,
            thread: None,
            referral: None,
        })
    }

    fn books(&mut self, guest: &str, host: &str, hours: i64) -> Seq {
        self.says(Event::SlotBooked {
            guest: person(guest),
            host: person(host),
            starts: at(1_000 + hours),
            minutes: 30,
            subject: Some(Subject { initiative: payments(), quarter: quarter() }),
            topic: None,
            via: Via::Slack,
        })
    }

    fn declines(&mut self, who: &str) {
        self.answers(who, Stance::Declined, How::Clicked);
        let (person, initiative, quarter) = (person(who), payments(), quarter());
        let reason = Personal::new(person.clone(), "No time.");
        self.says(Event::ReasonGiven { person, initiative, quarter, reason, follow_up: true });
    }

    /// Priya says whether whoever has Henrik's account is the `same`.
    fn confirms(&mut self, same: bool) -> Seq {
        self.says(Event::AccountConfirmed { person: person("henrik"), by: person("priya"), same })
    }

    fn doubts(&mut self, who: &str, because: Disbelief, lost: Option<&str>) -> Seq {
        self.says(Event::AccountRefused { person: person(who), because, lost: lost.map(slack) })
    }

    fn stops(&mut self, who: &str) -> Seq {
        self.says(Event::Stopped { person: person(who), initiative: None })
    }

    fn renames(&mut self, old: &str, new: &str) -> Seq {
        let people = BTreeMap::from([(person(old), person(new))]);
        self.says(Event::ConfigAdopted {
            digest: ConfigDigest(new.to_owned()),
            initiatives: vec![payments()],
            renamed: Renames { people, ..Renames::default() },
            quarters: BTreeMap::new(),
        })
    }

    fn adopts(&mut self, initiative: InitiativeId, initiatives: BTreeMap<InitiativeId, InitiativeId>) -> Seq {
        self.says(Event::ConfigAdopted {
            digest: ConfigDigest(initiative.to_string()),
            initiatives: vec![initiative],
            renamed: Renames { initiatives, ..Renames::default() },
            quarters: BTreeMap::new(),
        })
    }

    fn known(&self, who: &str) -> PersonState {
        self.0.person(&person(who)).cloned().unwrap_or_default()
    }

    fn engagement(&self, who: &str) -> Engagement {
        self.0.engagement(&person(who), &payments(), quarter()).cloned().unwrap_or_default()
    }

    fn may_have_got(&self, key: &PostKey) -> bool {
        self.0.post_of(key).is_some_and(|post| post.may_have_arrived())
    }
}

fn waiting(known: &PersonState) -> Vec<&str> {
    known.waiting().map(PersonId::as_str).collect()
}

/// A stranger is taken for Henrik, reads his pitch, declines, asks, stops and books; Priya notes that she met
/// him.
fn stranger() -> (Story, PostId) {
    let mut story = Story::default();
    story.links("henrik", "U0STRANGER", None);
    let post = story.sends(&pitch("henrik"), "D0STRANGER");
    story.answers("henrik", Stance::Declined, How::Clicked);
    story.asks("henrik");
    story.books("henrik", "priya", 0);
    story.stops("henrik");
    story.says(Event::LeaveEntered { person: person("henrik"), days: None, by: person("priya") });
    story.says(Event::ConversationRecorded {
        person: person("henrik"),
        initiative: payments(),
        quarter: quarter(),
        by: person("priya"),
        note: None,
    });
    (story, post)
}

#[test]
fn a_correction_leaves_the_wrong_account_its_acts_and_the_person_what_advocates_recorded() {
    let (mut story, post) = stranger();
    story.links("henrik", "U0HENRIK", Some(("U0STRANGER", Turn::Corrected)));
    let henrik = story.known("henrik");
    assert_eq!(henrik.slack, Some(slack("U0HENRIK")));
    assert_eq!(story.0.by_slack[&slack("U0HENRIK")], person("henrik"));
    assert_ne!(story.0.by_slack.get(&slack("U0STRANGER")), Some(&person("henrik")), "no right is left");
    assert!(!henrik.stopped && henrik.asked.is_empty() && henrik.bookings.is_empty());
    assert!(henrik.channel.is_none() && henrik.campaign.is_empty());
    let engagement = story.engagement("henrik");
    assert!(engagement.stances.is_empty() && engagement.said.is_empty() && !engagement.reached);
    assert!(engagement.conversation.is_some(), "Priya's own record");
    assert_eq!(henrik.changed.unwrap().from.slack, slack("U0STRANGER"));

    // The person starts afresh: the same message is another one, and the old one's outcomes are not its.
    assert!(!story.may_have_got(&pitch("henrik")));
    let again = story.sends(&pitch("henrik"), "D0HENRIK");
    assert_ne!(again, post);
    assert_eq!(story.0.post(again).unwrap().key.to(), &person("henrik"));
    assert_ne!(story.0.post(post).unwrap().key.to(), &person("henrik"), "a click on it is not his");
}

#[test]
fn what_a_wrong_account_did_is_its_owners_as_soon_as_they_have_an_id() {
    let (mut story, _) = stranger();
    story.links("henrik", "U0HENRIK", Some(("U0STRANGER", Turn::Corrected)));
    story.links("greta", "U0STRANGER", None);
    let greta = story.known("greta");
    assert!(greta.stopped, "the human stopped, whatever they were called");
    assert_eq!(greta.asked.len(), 1);
    assert!(story.may_have_got(&pitch("greta")), "the same message never reaches a human twice");
    assert_eq!(story.engagement("greta").stance().unwrap().stance, Stance::Declined);
    assert!(story.engagement("henrik").stances.is_empty());
}

#[test]
fn what_a_wrong_advocate_decided_is_no_longer_decided() {
    let mut story = Story::default();
    story.links("priya", "U0STRANGER", None);
    let PostKey::Touch(delivery) = pitch("henrik") else { unreachable!() };
    let verdict = crate::domain::event::Verdict::Approved;
    story.says(Event::DeliveryJudged { delivery: delivery.clone(), verdict, by: person("priya") });
    let prose = Some(Personal::new(person("henrik"), "Give it up."));
    story.says(Event::DeliveryEdited { delivery, by: person("priya"), prose });
    let relay = PostKey::Relay { of: Seq(1), to: person("priya") };
    story.sends(&relay, "D0STRANGER");
    story.links("priya", "U0PRIYA", Some(("U0STRANGER", Turn::Corrected)));
    let engagement = story.engagement("henrik");
    assert!(engagement.verdicts.is_empty() && engagement.edits.is_empty());
    assert!(!story.may_have_got(&relay), "she hears herself what the stranger was told");
}

#[test]
fn what_a_wrong_advocate_decided_about_a_campaign_is_no_longer_decided_but_a_pause() {
    let mut story = Story::default();
    let (initiative, quarter) = (payments(), quarter());
    let stages = |story: &mut Story, by: &str, stage| {
        let (initiative, by) = (payments(), person(by));
        story.says(Event::StageSet { initiative, quarter, stage, by });
    };
    stages(&mut story, "jo", Stage::Few);
    story.links("priya", "U0STRANGER", None);
    stages(&mut story, "priya", Stage::All);
    let referral = story.says(Event::MessageReceived {
        person: person("henrik"),
        initiative: Some(payments()),
        said: Said::Referral,
        text: None,
        place: None,
        thread: None,
        referral: None,
    });
    story.says(Event::Approached {
        referral,
        by: person("priya"),
        person: person("dora"),
        slack: slack("U0DORA"),
        name: None,
        initiative: payments(),
        audience: Audience::Engineer,
        teams: vec![checkout()],
        decides: true,
    });
    let by = person("priya");
    story.says(Event::ItemPlanned { initiative: payments(), team: checkout(), quarter, by, link: None });
    let by = person("priya");
    story.says(Event::InitiativePaused { initiative: payments(), by: by.clone(), paused: true });
    story.says(Event::PostingPaused { reason: PauseReason::Asked { by } });
    story.links("priya", "U0PRIYA", Some(("U0STRANGER", Turn::Corrected)));
    let stage = story.0.campaign(&initiative, quarter).unwrap().stage().unwrap();
    assert_eq!((stage.stage, &stage.by), (Stage::Few, &person("jo")));
    assert!(story.0.approached.is_empty());
    let item = &story.0.items[&(initiative.clone(), checkout(), quarter)];
    assert_eq!(item.by, person("u0stranger"), "nobody is asked for what is said to be planned");
    assert!(story.0.received[&referral].settled.is_none(), "the hint waits for a decision again");
    assert_eq!(story.0.paused_initiatives[&initiative], person("u0stranger"));
    let (_, reason) = story.0.paused.clone().unwrap();
    assert_eq!(reason, PauseReason::Asked { by: person("u0stranger") });
}

#[test]
fn a_replacement_keeps_every_promise_at_once_and_shows_nothing_until_it_is_confirmed() {
    let (mut story, post) = stranger();
    story.says(Event::Snoozed { person: person("henrik"), until: at(500) });
    story.links("henrik", "U0NEW", Some(("U0STRANGER", Turn::Replaced)));
    let henrik = story.known("henrik");
    assert!(henrik.stopped && henrik.snoozed_until == Some(at(500)) && henrik.campaign.len() == 1);
    assert!(story.may_have_got(&pitch("henrik")), "never twice");
    assert_eq!(story.0.id_of(&pitch("henrik")), post);
    let engagement = story.engagement("henrik");
    assert!(engagement.stances.is_empty() && engagement.said.is_empty());
    assert!(henrik.asked.is_empty() && henrik.bookings.is_empty());
    let apart = henrik.waiting().next().unwrap().clone();
    assert!(
        story.0.has_answered(&apart, &payments(), quarter()),
        "so nothing more is sent until it is known"
    );

    story.says(Event::AccountConfirmed { person: person("henrik"), by: person("priya"), same: true });
    let henrik = story.known("henrik");
    assert_eq!(henrik.slack, Some(slack("U0NEW")));
    assert_eq!((henrik.asked.len(), henrik.bookings.len(), henrik.campaign.len()), (1, 1, 1));
    assert_eq!(story.engagement("henrik").stance().unwrap().stance, Stance::Declined);
    assert!(waiting(&henrik).is_empty() && story.0.received.values().all(|of| of.person != apart));
    assert_eq!(henrik.former.keys().collect::<Vec<_>>(), [&slack("U0STRANGER")]);
    assert!(!story.0.by_slack.contains_key(&slack("U0STRANGER")));
}

#[test]
fn a_stop_of_a_replaced_account_holds_also_where_it_is_found_later() {
    let check = |turn, same: Option<bool>, expected| {
        let mut story = Story::default();
        story.links("henrik", "U0OLD", None);
        story.links("henrik", "U0NEW", Some(("U0OLD", turn)));
        if let Some(same) = same {
            story.confirms(same);
        }
        story.says(Event::Stopped { person: person("u0old"), initiative: None });
        assert_eq!(story.known("henrik").stopped, expected, "{turn:?} {same:?}");
    };
    check(Turn::Replaced, None, true);
    check(Turn::Replaced, Some(true), true);
    check(Turn::Replaced, Some(false), false);
    check(Turn::Corrected, None, false);
}

#[test]
fn a_replacement_that_is_somebody_else_stays_apart_and_is_still_not_written_to_after_a_stop() {
    let (mut story, _) = stranger();
    story.links("henrik", "U0NEW", Some(("U0STRANGER", Turn::Replaced)));
    story.says(Event::AccountConfirmed { person: person("henrik"), by: person("priya"), same: false });
    let henrik = story.known("henrik");
    assert!(waiting(&henrik).is_empty() && henrik.stopped);
    assert!(story.engagement("henrik").stances.is_empty());
    assert!(matches!(henrik.changed.unwrap().confirmed, Some((_, false))));
}

#[test]
fn what_went_to_a_former_account_that_is_somebody_elses_never_reached_the_person() {
    let (mut story, post) = stranger();
    story.links("henrik", "U0NEW", Some(("U0STRANGER", Turn::Replaced)));
    let reminder = PostKey::Touch(DeliveryKey { touch: Touch::Reminder, ..pitch_of("henrik") });
    let own = story.sends(&reminder, "D0NEW");
    let confirmed = story.confirms(false);
    assert_eq!(story.0.reshaped, Some(confirmed));
    let (henrik, engagement) = (story.known("henrik"), story.engagement("henrik"));
    assert_eq!((henrik.campaign.len(), engagement.reached), (1, true), "the reminder");
    assert_eq!(engagement.deliveries.values().collect::<Vec<_>>(), [&own]);
    assert!(!story.may_have_got(&pitch("henrik")) && story.may_have_got(&pitch("u0stranger")));
    assert_eq!(story.0.post(post).unwrap().key, pitch("u0stranger"));
    // Henrik gets his own, which is another message.
    assert_ne!(story.sends(&pitch("henrik"), "D0NEW"), post);
    assert!(story.may_have_got(&pitch("henrik")));

    let (mut story, _) = stranger();
    story.links("henrik", "U0NEW", Some(("U0STRANGER", Turn::Replaced)));
    story.confirms(false);
    let (henrik, engagement) = (story.known("henrik"), story.engagement("henrik"));
    assert!(henrik.campaign.is_empty() && !engagement.reached && engagement.deliveries.is_empty());
    // That was said of an account that is wrong: it is open again, and so nothing is sent twice.
    story.links("henrik", "U0RIGHT", Some(("U0NEW", Turn::Corrected)));
    assert!(story.may_have_got(&pitch("henrik")));
    assert_eq!((story.known("henrik").campaign.len(), story.engagement("henrik").reached), (1, true));
    assert_eq!(waiting(&story.known("henrik")), ["u0stranger"]);
    assert!(story.known("henrik").stopped);
}

#[test]
fn what_went_to_another_account_is_looked_for_beside_what_went_to_the_one_before() {
    let mut story = Story::default();
    let relay = PostKey::Relay { of: Seq(1), to: person("henrik") };
    story.links("henrik", "U1", None);
    assert_eq!(story.0.ids_before(&relay), [relay.id()]);
    story.links("henrik", "U2", Some(("U1", Turn::Corrected)));
    let backup = story.0.clone();
    assert!(backup.ids_before(&relay).contains(&relay.id()));
    // After the backup it goes to the wrong account, the account is corrected, and it goes to the right one.
    story.sends(&relay, "D2");
    story.links("henrik", "U1", Some(("U2", Turn::Corrected)));
    let went_as = story.0.id_of(&relay);
    assert_ne!(went_as, relay.id());
    assert!(backup.ids_before(&relay).contains(&went_as));
}

#[test]
fn what_came_from_an_account_of_before_outlives_a_wrong_one_and_is_not_the_wrong_ones() {
    let (mut story, post) = stranger();
    story.links("henrik", "U0NEW", Some(("U0STRANGER", Turn::Replaced)));
    let later = PostKey::Notice {
        to: person("henrik"),
        notice: crate::domain::effect::Notice::Paused { since: Seq(1) },
    };
    story.sends(&later, "D0NEW");
    story.links("henrik", "U0RIGHT", Some(("U0NEW", Turn::Corrected)));
    let henrik = story.known("henrik");
    assert!(henrik.stopped && henrik.campaign.len() == 1);
    assert_eq!(story.0.id_of(&pitch("henrik")), post);
    assert!(story.may_have_got(&pitch("henrik")), "never twice");
    assert!(!story.may_have_got(&later), "that went to the wrong account");
    // Whose account was wrong is nobody of whom something waits to be confirmed.
    let wrong = story.known("u0new");
    assert!(wrong.before.is_empty() && wrong.campaign.is_empty());
    assert!(
        wrong.engagements.values().all(|engagement| engagement.deliveries.is_empty() && !engagement.reached)
    );
    story.says(Event::AccountConfirmed { person: person("henrik"), by: person("priya"), same: true });
    assert_eq!(story.known("henrik").asked.len(), 1);
    assert_eq!(story.engagement("henrik").stance().unwrap().stance, Stance::Declined);
}

#[test]
fn what_came_from_an_account_of_before_outlives_a_rename_of_what_it_is_about() {
    let (mut story, post) = stranger();
    story.adopts(payments(), BTreeMap::new());
    story.links("henrik", "U0NEW", Some(("U0STRANGER", Turn::Replaced)));
    let renamed = InitiativeId::parse("deadlines").unwrap();
    story.adopts(renamed.clone(), BTreeMap::from([(payments(), renamed.clone())]));
    story.links("henrik", "U0RIGHT", Some(("U0NEW", Turn::Corrected)));
    let engagement = story.0.engagement(&person("henrik"), &renamed, quarter()).unwrap();
    assert_eq!(engagement.deliveries.get(&(Touch::Pitch, None)), Some(&post), "so it isn't due again");
}

#[test]
fn what_is_found_out_while_a_wrong_account_is_taken_for_theirs_is_theirs_if_it_came_before() {
    let (mut story, pitch) = stranger();
    story.links("henrik", "U0NEW", Some(("U0STRANGER", Turn::Replaced)));
    // Looked up after a restore, in the conversation of the account before.
    let reminder = DeliveryKey { touch: Touch::Reminder, ..pitch_of("henrik") };
    let channel = story.known("u0stranger").channel.unwrap();
    let found = story.finds(&PostKey::Touch(reminder), channel.as_str(), "U0STRANGER");
    assert_eq!(story.known("henrik").channel, None, "their direct message is another one");
    let last_call = DeliveryKey { touch: Touch::LastCall, ..pitch_of("henrik") };
    story.sends(&PostKey::Touch(last_call), "D0NEW");
    story.links("henrik", "U0RIGHT", Some(("U0NEW", Turn::Corrected)));
    let deliveries: Vec<PostId> = story.engagement("henrik").deliveries.values().copied().collect();
    assert_eq!(deliveries, [pitch, found]);
    assert_eq!(story.known("henrik").campaign.len(), 2, "both count toward the caps");
    assert_eq!((story.engagement("u0new").deliveries.len(), story.known("u0new").campaign.len()), (1, 1));
}

#[test]
fn what_is_found_in_a_former_direct_message_says_which_one_that_is() {
    let mut story = Story::default();
    story.links("henrik", "U0OLD", None);
    story.links("henrik", "U0NEW", Some(("U0OLD", Turn::Replaced)));
    let found = story.finds(&pitch("henrik"), "D0OLD", "U0OLD");
    assert_eq!((story.known("henrik").channel, story.known("u0old").channel), (None, Some(dm("D0OLD"))));
    story.links("henrik", "U0RIGHT", Some(("U0NEW", Turn::Corrected)));
    let deliveries: Vec<PostId> = story.engagement("henrik").deliveries.values().copied().collect();
    assert_eq!(deliveries, [found], "what went to the account before is theirs still");

    // The same once an advocate has said that it is the same human.
    let mut story = Story::default();
    story.links("henrik", "U0OLD", None);
    story.asks("henrik");
    story.links("henrik", "U0NEW", Some(("U0OLD", Turn::Replaced)));
    story.says(Event::AccountConfirmed { person: person("henrik"), by: person("priya"), same: true });
    story.finds(&pitch("henrik"), "D0OLD", "U0OLD");
    let henrik = story.known("henrik");
    assert_eq!(henrik.channel, None);
    assert_eq!(henrik.former.get(&slack("U0OLD")), Some(&Some(dm("D0OLD"))));
}

#[test]
fn a_message_under_way_to_a_replaced_account_is_not_sent_again() {
    let mut story = Story::default();
    story.links("henrik", "U0OLD", None);
    let post = story.intends(&pitch("henrik"));
    story.links("henrik", "U0NEW", Some(("U0OLD", Turn::Replaced)));
    assert_eq!(story.0.post(post).unwrap().phase, Phase::Unknown);
    assert!(story.may_have_got(&pitch("henrik")));
}

#[test]
fn an_account_that_is_refused_loses_everything_and_gets_it_back_if_it_is_believed_again() {
    let (mut story, _) = stranger();
    story.says(Event::AccountRefused {
        person: person("henrik"),
        because: Disbelief::Guest,
        lost: Some(slack("U0STRANGER")),
    });
    let henrik = story.known("henrik");
    assert!(henrik.slack.is_none() && henrik.asked.is_empty());
    assert_ne!(story.0.by_slack.get(&slack("U0STRANGER")), Some(&person("henrik")));
    story.links("henrik", "U0STRANGER", None);
    let henrik = story.known("henrik");
    assert!(henrik.stopped && henrik.asked.len() == 1 && henrik.doubted.is_none());
    assert!(story.may_have_got(&pitch("henrik")));
}

#[test]
fn an_account_that_was_another_ids_carries_its_promises_to_whoever_has_the_address_now() {
    let mut story = Story::default();
    // Listed twice: by the account, and by the address. Only the first is written to.
    story.links("henrik", "U1", None);
    story.sends(&pitch("henrik"), "D1");
    story.stops("henrik");
    let asked = story.asks("henrik");
    // The account is replaced; the entry with the address finds the new one.
    story.links("henrik-too", "U2", Some(("U1", Turn::Replaced)));
    assert!(story.may_have_got(&pitch("henrik-too")), "never twice to a human");
    assert!(story.known("henrik-too").stopped, "who stopped has stopped");
    assert_eq!(story.known("henrik-too").slack, Some(slack("U2")));
    assert_ne!(story.0.received[&asked].person, person("henrik-too"), "words wait for the advocate's word");
    assert_eq!(story.known("henrik").slack, None);
}

#[test]
fn what_stays_apart_is_nobodys_by_a_record_that_names_its_account() {
    let mut story = Story::default();
    story.links("henrik", "U1", None);
    let asked = story.asks("henrik");
    // Henrik's account is another's by now, and what it asked stays with it.
    story.links("henrik", "U9", Some(("U1", Turn::Corrected)));
    story.links("too", "U2", Some(("U1", Turn::Replaced)));
    assert_eq!(story.0.received[&asked].person, person("u1"));
}

#[test]
fn what_stays_apart_is_found_under_whatever_id_it_comes_to_have() {
    let mut story = Story::default();
    story.links("henrik", "U1", None);
    story.answers("henrik", Stance::Supportive, How::Clicked);
    story.links("henrik-too", "U2", Some(("U1", Turn::Replaced)));
    // The entry that names the account finds it again, switched off as it is.
    story.links("henrik", "U1", None);
    assert!(story.engagement("henrik").is_engaged());
    assert_eq!(waiting(&story.known("henrik-too")), ["henrik"], "and may be theirs");
}

#[test]
fn what_is_found_again_arrived_when_slack_says_and_counts_on_that_day() {
    // How many days ago Slack says that it took the message, whether it was looked up without a call, and whether it
    // counts from then.
    let check = |days: i64, looked_up: bool, expected: bool| {
        let mut story = Story::default();
        story.links("henrik", "U1", None);
        let (key, now) = (pitch("henrik"), at(i64::try_from(story.0.head.next().0).unwrap()));
        let deadline = if looked_up { now } else { now + jiff::SignedDuration::from_secs(10) };
        let (teams, audience) = (vec![checkout()], Some(Audience::Executive));
        story.says(Event::PostIntended {
            key: key.clone(),
            attempt: 1,
            deadline,
            teams,
            audience,
            lists: Vec::new(),
            found_as: None,
        });
        let then = now - jiff::SignedDuration::from_hours(24 * days);
        let ts = MessageTs::parse(&format!("{}.000100", then.as_second())).unwrap();
        let (post, channel) = (story.0.id_of(&key), SlackChannelId::parse("D1").unwrap());
        story.says(Event::PostSent { post, attempt: 1, channel, ts, former: None });
        let known = story.0.post(post).unwrap();
        assert!(
            matches!(known.phase, Phase::Sent { at, .. } if (at == then) == expected),
            "{days} {looked_up}"
        );
        assert_eq!(known.intended_at == then, expected, "{days} {looked_up}");
        assert_eq!(story.known("henrik").campaign.contains(&then), expected, "{days} {looked_up}");
    };
    check(3, true, true);
    check(300, true, true);
    check(3, false, false);
    check(4_000, true, false);
}
