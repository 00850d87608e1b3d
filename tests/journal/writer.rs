//! The writer: one decision after the other, one flush for all that waited, answers only for what is durable.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use canvass::clock::Clock;
use canvass::domain::event::{Cause, Event, Said};
use canvass::domain::ids::Seq;
use canvass::domain::personal::Personal;
use canvass::domain::state::{State, pseudonym, quarter_of_words, words_kept_since};
use canvass::journal::{
    Decision, Destroy, End, Ending, Journal, Records, Stopped, Vault, Writer, export, open, restore_into,
};
use futures_util::FutureExt;
use futures_util::future::join_all;

use super::memory::{Batches, Fate, Memory};
use super::sample::{at, person, records};

fn start(journal: impl Journal) -> (Writer, Ending) {
    // The vault is only asked for keys where text is written.
    Writer::start(journal, Vault::of("/nonexistent".as_ref()), Clock::manual(at(0)).0).unwrap()
}

/// Stops everything for the next person, numbered after those stopped so far.
fn stop_next(state: &State) -> Decision<usize> {
    let number = state.people.len() + 1;
    let event = Event::Stopped { person: person(&format!("person-{number}")), initiative: None };
    Decision { events: vec![event], reply: number }
}

async fn submit(writer: &Writer) -> Result<usize, Stopped> {
    writer.submit(None, |state, _| stop_next(state)).await
}

#[tokio::test]
async fn every_decision_sees_all_decisions_before_it() {
    let journal = Memory::default();
    let batches = journal.batches.clone();
    let (writer, _ending) = start(journal);
    let mut numbers: Vec<_> =
        join_all((0..200).map(|_| submit(&writer))).await.into_iter().map(Result::unwrap).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=200).collect::<Vec<_>>());
    assert_eq!(batches.records().len(), 200);
    assert_eq!(writer.head(), Seq(200));
}

#[tokio::test]
async fn nothing_is_shown_or_answered_before_it_is_durable() {
    let (journal, gate) = Memory::default().gated();
    let (writer, _ending) = start(journal);
    let mut batches = writer.subscribe();
    let mut answer = Box::pin(submit(&writer));
    assert!(answer.as_mut().now_or_never().is_none());
    gate.arrived.recv().unwrap();
    assert!(answer.as_mut().now_or_never().is_none(), "answered before the flush");
    assert_eq!(writer.head(), Seq(0), "shown before the flush");
    assert!(batches.try_recv().is_err(), "broadcast before the flush");

    gate.open.send(()).unwrap();
    assert_eq!(answer.await, Ok(1));
    assert_eq!(writer.head(), Seq(1));
    assert_eq!(batches.try_recv().unwrap()[0].seq, Seq(1), "broadcast comes before the answer");
}

#[tokio::test]
async fn all_that_waits_is_one_batch() {
    let (journal, gate) = Memory::default().gated();
    let batches = journal.batches.clone();
    let (writer, _ending) = start(journal);
    let first = tokio::spawn({
        let writer = writer.clone();
        async move { submit(&writer).await }
    });
    tokio::task::spawn_blocking(move || {
        gate.arrived.recv().unwrap();
        gate
    })
    .then(|gate| async {
        let gate = gate.unwrap();
        let mut waiting: Vec<_> = (0..50).map(|_| Box::pin(submit(&writer))).collect();
        waiting.iter_mut().for_each(|answer| assert!(answer.as_mut().now_or_never().is_none()));
        gate.open.send(()).unwrap();
        gate.open.send(()).unwrap();
        assert!(join_all(waiting).await.into_iter().all(|answer| answer.is_ok()));
    })
    .await;
    assert_eq!(first.await.unwrap(), Ok(1));
    assert_eq!(batches.sizes(), [1, 50]);
}

#[tokio::test]
async fn a_decision_without_events_is_answered_and_leaves_no_trace() {
    let journal = Memory::with([Fate::Fails]);
    let (writer, _ending) = start(journal);
    let reply = writer.submit(None, |state, _| Decision { events: vec![], reply: state.head }).await;
    assert_eq!(reply, Ok(Seq(0)));
}

#[tokio::test]
async fn what_records_nothing_is_decided_without_waiting_on_what_is_durable() {
    let (journal, gate) = Memory::default().gated();
    let (writer, _ending) = start(journal);
    let known = |state: &State, _| Decision { events: Vec::new(), reply: state.people.len() };
    let mut answer = Box::pin(submit(&writer));
    assert!(answer.as_mut().now_or_never().is_none());
    gate.arrived.recv().unwrap();
    assert_eq!(writer.decide_unrecorded(known), Some(0), "shown before the flush, or made to wait for it");
    gate.open.send(()).unwrap();
    assert_eq!(answer.await, Ok(1));
    assert_eq!(writer.decide_unrecorded(known), Some(1));
    assert_eq!(writer.decide_unrecorded(|state, _| stop_next(state)), None, "it has to take its turn");
    assert_eq!(writer.head(), Seq(1));
}

#[tokio::test]
async fn each_record_bears_the_cause_and_the_moment_it_was_decided() {
    let journal = Memory::default();
    let batches = journal.batches.clone();
    let (writer, _ending) = start(journal);
    let cause = Cause::Event("Ev1".to_owned());
    let two = |state: &State, now| {
        let events = [stop_next(state).events, stop_next(state).events].concat();
        Decision { events, reply: now }
    };
    let now = writer.submit(Some(cause.clone()), two).await.unwrap();
    assert_eq!(now, at(0));
    for record in batches.records() {
        assert_eq!((record.at, record.cause.as_ref()), (now, Some(&cause)));
    }
    assert!(writer.state().knows(&cause));
}

#[tokio::test]
async fn after_a_conflict_it_is_decided_again_on_what_others_have_appended() {
    let others = records(1, 21);
    let journal = Memory::with([Fate::Outrun(others.clone())]);
    let batches = journal.batches.clone();
    let (writer, _ending) = start(journal);
    let mut heard = writer.subscribe();
    let decided = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&decided);
    let reply = writer
        .submit(None, move |state, _| {
            counter.fetch_add(1, Ordering::Relaxed);
            stop_next(state)
        })
        .await;
    // The others have linked three people.
    assert_eq!(reply, Ok(4));
    assert_eq!(decided.load(Ordering::Relaxed), 2);
    let all = batches.records();
    assert_eq!(all[..21], others);
    assert_eq!(all[21].seq, Seq(22));
    assert_eq!(writer.head(), Seq(22));
    assert_eq!(heard.try_recv().unwrap().len(), 21, "what others appended is news too");
    assert_eq!(heard.try_recv().unwrap().len(), 1);
}

#[tokio::test]
async fn a_batch_whose_reply_was_lost_is_in_the_journal_once() {
    async fn check(fates: Vec<Fate>) -> Batches {
        let journal = Memory::with(fates);
        let batches = journal.batches.clone();
        let (writer, _ending) = start(journal);
        let first = submit(&writer).await.unwrap();
        assert_eq!(submit(&writer).await, Ok(first + 1));
        batches
    }
    assert_eq!(check(vec![Fate::LandsUnheard]).await.sizes(), [1, 1]);
    assert_eq!(check(vec![Fate::LostUnheard]).await.sizes(), [1, 1]);
    assert_eq!(check(vec![Fate::LostUnheard, Fate::LostUnheard, Fate::LandsUnheard]).await.sizes(), [1, 1]);
    assert_eq!(check(vec![Fate::LostUnheard, Fate::Outrun(records(1, 1))]).await.sizes(), [1, 1, 1]);
}

#[tokio::test]
async fn a_failed_append_answers_nobody_and_ends_the_writer() {
    let journal = Memory::with([Fate::Lands, Fate::Fails]);
    let (writer, ending) = start(journal);
    assert_eq!(submit(&writer).await, Ok(1));
    assert_eq!(submit(&writer).await, Err(Stopped::Writer));
    assert_eq!(submit(&writer).await, Err(Stopped::Writer));
    assert_eq!(writer.head(), Seq(1), "what isn't durable was shown");
    assert!(matches!(ending.wait().await, End::Failed(_)));
}

#[tokio::test]
async fn a_decision_that_panics_harms_nobody_else() {
    let (writer, _ending) = start(Memory::default());
    let panics = |_: &State, _| -> Decision<usize> { panic!("a fault in the program") };
    let (before, fault, after) = tokio::join!(submit(&writer), writer.submit(None, panics), submit(&writer));
    assert_eq!((before, fault, after), (Ok(1), Err(Stopped::Decision), Ok(2)));
}

#[tokio::test]
async fn closing_answers_all_that_was_submitted_and_lets_go_of_the_folder() {
    let home = tempfile::tempdir().unwrap();
    let (journal, reader) = open(home.path()).unwrap();
    drop(reader);
    let (writer, ending) = start(journal);
    let mut waiting: Vec<_> = (0..20).map(|_| Box::pin(submit(&writer))).collect();
    waiting.iter_mut().for_each(|answer| assert!(answer.as_mut().now_or_never().is_none()));
    writer.close().await;
    assert!(join_all(waiting).await.into_iter().all(|answer| answer.is_ok()));
    assert!(matches!(ending.wait().await, End::Closed));
    assert_eq!(submit(&writer).await, Err(Stopped::Writer));
    let (journal, _) = open(home.path()).expect("the folder is free again");
    assert_eq!(start(journal).0.head(), Seq(20));
}

#[tokio::test]
async fn the_writer_ends_with_its_last_handle() {
    let (writer, ending) = start(Memory::default());
    drop(writer);
    assert!(matches!(ending.wait().await, End::Closed));
}

const TEXT: &str = "We were paged eleven times; no.";

async fn ask(writer: &Writer, who: &'static str) {
    let decide = move |_: &State, _| {
        let text = Some(Personal::new(person(who), TEXT));
        let event = Event::MessageReceived {
            person: person(who),
            initiative: None,
            said: Said::Question,
            text,
            place: None,
            thread: None,
            referral: None,
        };
        Decision { events: vec![event], reply: () }
    };
    writer.submit(None, decide).await.unwrap();
}

fn texts(writer: &Writer) -> Vec<Option<String>> {
    let state = writer.state();
    state.received.values().map(|said| said.text.as_ref()?.reveal().map(str::to_owned)).collect()
}

#[tokio::test]
async fn text_is_readable_in_memory_and_after_a_restart_and_nowhere_on_disk() {
    let home = tempfile::tempdir().unwrap();
    for restart in 0..2 {
        let (journal, reader) = open(home.path()).unwrap();
        let (writer, ending) =
            Writer::start(journal, Vault::of(home.path()), Clock::manual(at(0)).0).unwrap();
        if restart == 0 {
            ask(&writer, "ana").await;
        }
        assert_eq!(texts(&writer), [Some(TEXT.to_owned())]);
        let mut bytes = Vec::new();
        export(&reader, &mut bytes).unwrap();
        bytes.extend(std::fs::read(home.path().join("journal/db")).unwrap());
        assert!(!String::from_utf8_lossy(&bytes).contains("paged"));
        drop(reader);
        writer.close().await;
        ending.wait().await;
    }
}

#[tokio::test]
async fn a_forgotten_person_is_forgotten_at_once_and_everybody_else_is_not() {
    let home = tempfile::tempdir().unwrap();
    let (journal, _reader) = open(home.path()).unwrap();
    let (writer, _ending) = Writer::start(journal, Vault::of(home.path()), Clock::manual(at(0)).0).unwrap();
    ask(&writer, "ana").await;
    ask(&writer, "bo").await;
    assert_eq!(forget(&writer, "ana").await, 1);
    assert_eq!(texts(&writer), [None, Some(TEXT.to_owned())]);
    ask(&writer, "ana").await;
    assert_eq!(texts(&writer), [None, Some(TEXT.to_owned()), Some(TEXT.to_owned())]);
}

/// Forgets somebody; how many keys that destroyed.
async fn forget(writer: &Writer, who: &str) -> usize {
    let who = person(who);
    let forgotten = writer.destroy(Destroy::Of(vec![who.clone()]), move |_, _, keys| {
        let event = Event::PersonForgotten {
            person: who.clone(),
            was: Vec::new(),
            pseudonym: pseudonym("00000001").unwrap(),
            marks: Vec::new(),
            keys: keys.to_vec(),
        };
        Decision { events: vec![event], reply: keys.len() }
    });
    forgotten.await.unwrap()
}

fn key_files(home: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = std::fs::read_dir(home.join("keys")).unwrap().map(|entry| entry.unwrap().path());
    let keys = entries.filter(|path| !path.file_name().unwrap().to_string_lossy().starts_with("root"));
    keys.map(|path| (path.clone(), std::fs::read(path).unwrap())).collect()
}

#[tokio::test]
async fn a_key_that_was_destroyed_does_not_come_back_with_a_copy_of_it() {
    let home = tempfile::tempdir().unwrap();
    let clock = || Clock::manual(at(0)).0;
    let copy = {
        let (journal, _) = open(home.path()).unwrap();
        let (writer, ending) = Writer::start(journal, Vault::of(home.path()), clock()).unwrap();
        ask(&writer, "ana").await;
        ask(&writer, "bo").await;
        let copy = key_files(home.path());
        forget(&writer, "ana").await;
        assert_eq!((copy.len(), key_files(home.path()).len()), (2, 1));
        writer.close().await;
        ending.wait().await;
        copy
    };
    // As after a backup was put back, or a crash between the record and the destruction.
    for (path, bytes) in copy {
        std::fs::write(path, bytes).unwrap();
    }
    let (journal, _) = open(home.path()).unwrap();
    let (writer, _ending) = Writer::start(journal, Vault::of(home.path()), clock()).unwrap();
    assert_eq!(key_files(home.path()).len(), 1, "only Bo's is there");
    assert_eq!(texts(&writer), [None, Some(TEXT.to_owned())]);
}

#[tokio::test]
async fn words_expire_with_the_keys_of_their_quarter_but_for_those_of_an_open_question() {
    let home = tempfile::tempdir().unwrap();
    let (clock, hand) = Clock::manual("2026-11-26T12:00:00Z".parse().unwrap());
    let (journal, reader) = open(home.path()).unwrap();
    let (writer, ending) = Writer::start(journal, Vault::of(home.path()), clock.clone()).unwrap();
    for who in ["ana", "bo"] {
        ask(&writer, who).await;
    }
    // Bo's is answered, Ana's waits.
    let (question, by) = (Seq(2), person("priya"));
    let answer = Personal::new(by.clone(), "Yes.");
    let answered = Event::QuestionAnswered { question, by, answer, place: None };
    let record = writer.submit(None, move |_, _| Decision { events: vec![answered.clone()], reply: () });
    record.await.unwrap();
    hand.set("2028-01-02T12:00:00Z".parse().unwrap());
    ask(&writer, "bo").await;

    let before = words_kept_since(clock.now(), 4).unwrap();
    assert_eq!(before, "2027-01-01T00:00:00Z".parse().unwrap());
    let but = writer.state().open_since_before(clock.now(), before, &std::collections::BTreeSet::new());
    let which = Destroy::Before { quarter: quarter_of_words(before), but };
    let expired = writer.destroy(which, move |_, _, keys| Decision {
        events: vec![Event::WordsExpired { before, unanswerable: Default::default(), keys: keys.to_vec() }],
        reply: keys.len(),
    });
    assert_eq!(expired.await.unwrap(), 2, "Bo's and Priya's of 2026");
    let left = [Some(TEXT.to_owned()), None, Some(TEXT.to_owned())];
    assert_eq!(texts(&writer), left);
    assert!(writer.state().answers.values().all(|answer| answer.answer.reveal().is_none()));
    assert_eq!(writer.state().answers.len(), 1, "that there was one is still counted");
    let mut exported = Vec::new();
    export(&reader, &mut exported).unwrap();
    drop(reader);
    writer.close().await;
    ending.wait().await;

    // The same after a start, and wherever the export is read with the keys that there are.
    let (journal, _) = open(home.path()).unwrap();
    let (writer, _ending) = Writer::start(journal, Vault::of(home.path()), clock).unwrap();
    assert_eq!(texts(&writer), left);
    let elsewhere = tempfile::tempdir().unwrap();
    restore_into(elsewhere.path(), &mut &exported[..]).unwrap();
    let (journal, _) = open(elsewhere.path()).unwrap();
    let mut vault = Vault::of(home.path());
    let mut readable = 0;
    journal
        .read(Seq(0), &mut |mut record| {
            vault.open(&mut record.event).unwrap();
            readable += usize::from(record.event.personal_mut().is_some_and(|text| text.reveal().is_some()));
        })
        .unwrap();
    assert_eq!(readable, 2, "only what waits, and what is new");
}
