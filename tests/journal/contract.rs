//! What every backend of the journal promises. A new one joins by a [`Backend`] and a line at the end.

use canvass::domain::event::{Event, Record};
use canvass::domain::ids::Seq;
use canvass::domain::personal::Personal;
use canvass::journal::{AppendError, Journal, ReadHandle, Records, SledJournal};

use super::sample::{at, batch, person, record, records};

/// Where a journal is kept for one test.
trait Backend {
    type Journal: Journal;
    type Reader: Records + Clone + Send + 'static;

    /// A place with nothing in it.
    fn fresh() -> Self;

    /// The journal there; the one opened before has been dropped.
    fn open(&self) -> (Self::Journal, Self::Reader);
}

struct DataFolder(tempfile::TempDir);

impl Backend for DataFolder {
    type Journal = SledJournal;
    type Reader = ReadHandle;

    fn fresh() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn open(&self) -> (SledJournal, ReadHandle) {
        canvass::journal::open(self.0.path()).unwrap()
    }
}

fn read(journal: &impl Records, after: u64) -> Vec<Record> {
    let mut all = Vec::new();
    journal.read(Seq(after), &mut |record| all.push(record)).unwrap();
    all
}

fn an_empty_journal_ends_before_the_first_record<B: Backend>() {
    let place = B::fresh();
    let (journal, reader) = place.open();
    assert_eq!(journal.head(), Seq(0));
    assert_eq!(reader.head(), Seq(0));
    assert_eq!(read(&journal, 0), []);
    assert!(!journal.holds(Seq(0), batch(1)).unwrap());
}

fn what_is_appended_reads_back_in_order_from_any_place<B: Backend>() {
    let place = B::fresh();
    let (mut journal, reader) = place.open();
    journal.append(Seq(0), batch(1), &records(1, 1)).unwrap();
    journal.append(Seq(1), batch(2), &records(2, 9)).unwrap();
    journal.append(Seq(9), batch(3), &records(10, 12)).unwrap();
    assert_eq!(journal.head(), Seq(12));
    for after in 0..=13 {
        assert_eq!(read(&journal, after), records(after + 1, 12), "after {after}");
        assert_eq!(read(&reader, after), records(after + 1, 12), "after {after}");
    }
}

fn a_journal_opened_again_goes_on_where_it_ended<B: Backend>() {
    let place = B::fresh();
    for opened in 0..5 {
        let (mut journal, _) = place.open();
        assert_eq!(journal.head(), Seq(opened * 7));
        assert_eq!(read(&journal, 0), records(1, opened * 7));
        journal.append(journal.head(), batch(opened), &records(opened * 7 + 1, opened * 7 + 7)).unwrap();
    }
}

fn an_append_that_expects_another_head_changes_nothing<B: Backend>() {
    let place = B::fresh();
    let (mut journal, _) = place.open();
    journal.append(Seq(0), batch(1), &records(1, 4)).unwrap();
    for wrong in [0, 3, 5, 100] {
        let outcome = journal.append(Seq(wrong), batch(2), &records(wrong + 1, wrong + 2));
        assert!(matches!(outcome, Err(AppendError::Conflict { head: Seq(4) })), "{wrong}: {outcome:?}");
    }
    assert_eq!(read(&journal, 0), records(1, 4));
    assert!(!journal.holds(Seq(4), batch(2)).unwrap());
    journal.append(Seq(4), batch(2), &records(5, 6)).unwrap();
}

fn a_batch_that_is_not_numbered_from_the_head_is_refused<B: Backend>() {
    for bad in [vec![], records(2, 3), vec![record(1), record(3)]] {
        let place = B::fresh();
        let (mut journal, _) = place.open();
        let outcome = journal.append(Seq(0), batch(1), &bad);
        assert!(matches!(outcome, Err(AppendError::Storage(_))), "{outcome:?}");
        assert_eq!(read(&journal, 0), []);
    }
}

fn text_that_is_not_sealed_is_refused_with_its_whole_batch<B: Backend>() {
    let place = B::fresh();
    let (mut journal, _) = place.open();
    let text = Personal::new(person("ana"), "worn out");
    let event = Event::NoteTaken { by: person("priya"), about: None, initiative: None, text };
    let open = Record { seq: Seq(2), at: at(2), cause: None, event };
    assert!(journal.append(Seq(0), batch(1), &[record(1), open]).is_err());
    assert_eq!(read(&journal, 0), []);
}

fn after_a_lost_reply_one_can_ask_whether_the_batch_landed<B: Backend>() {
    let place = B::fresh();
    let (mut journal, reader) = place.open();
    journal.append(Seq(0), batch(1), &records(1, 3)).unwrap();
    journal.append(Seq(3), batch(2), &records(4, 4)).unwrap();
    let check = |journal: &B::Journal| {
        assert!(journal.holds(Seq(0), batch(1)).unwrap());
        assert!(journal.holds(Seq(3), batch(2)).unwrap());
        assert!(!journal.holds(Seq(0), batch(2)).unwrap(), "another batch is in that place");
        assert!(!journal.holds(Seq(4), batch(3)).unwrap(), "nothing is in that place");
        assert!(!journal.holds(Seq(1), batch(1)).unwrap(), "no batch begins in that place");
    };
    check(&journal);
    drop((journal, reader));
    check(&place.open().0);
}

fn a_batch_of_any_size_is_one_batch<B: Backend>() {
    let place = B::fresh();
    let (mut journal, reader) = place.open();
    journal.append(Seq(0), batch(1), &records(1, 20_000)).unwrap();
    journal.append(Seq(20_000), batch(2), &records(20_001, 20_001)).unwrap();
    assert!(journal.holds(Seq(0), batch(1)).unwrap());
    assert_eq!(read(&journal, 0), records(1, 20_001));
    assert_eq!(read(&journal, 19_990), records(19_991, 20_001));
    drop((journal, reader));
    assert_eq!(read(&place.open().0, 0), records(1, 20_001));
}

fn one_record_of_any_size_reads_back<B: Backend>() {
    // A person's 40,000 characters (Slack's greatest message), sealed.
    let place = B::fresh();
    let (mut journal, reader) = place.open();
    let mut large = record(7);
    if let Some(Personal::Sealed(sealed)) = large.event.personal_mut() {
        sealed.text = "0a".repeat(160_000);
    }
    journal.append(Seq(0), batch(1), &records(1, 6)).unwrap();
    journal.append(Seq(6), batch(2), std::slice::from_ref(&large)).unwrap();
    journal.append(Seq(7), batch(3), &records(8, 8)).unwrap();
    assert_eq!(read(&reader, 6), [large.clone(), record(8)]);
    drop((journal, reader));
    assert_eq!(read(&place.open().0, 6), [large, record(8)]);
}

fn a_reader_on_another_thread_sees_whole_batches_in_order_while_they_are_appended<B: Backend>() {
    let place = B::fresh();
    let (mut journal, reader) = place.open();
    let last = 600;
    let follow = std::thread::spawn(move || {
        let mut seen = Vec::new();
        while seen.len() < last {
            let head = reader.head();
            let tail = read(&reader, seen.len() as u64);
            assert!(
                seen.len() + tail.len() >= usize::try_from(head.0).unwrap(),
                "a durable record was not read"
            );
            assert_eq!(tail.len() % 3, 0, "part of a batch was read");
            seen.extend(tail);
        }
        seen
    });
    for first in (1..=last as u64).step_by(3) {
        journal.append(Seq(first - 1), batch(first), &records(first, first + 2)).unwrap();
    }
    assert_eq!(follow.join().unwrap(), records(1, last as u64));
}

macro_rules! contract {
    ($name:ident, $backend:ty, [$($promise:ident),* $(,)?]) => {
        mod $name {
            use super::*;
            $(
                #[test]
                fn $promise() {
                    super::$promise::<$backend>();
                }
            )*
        }
    };
}

macro_rules! backends {
    ($($name:ident: $backend:ty),* $(,)?) => {
        $(contract!($name, $backend, [
            an_empty_journal_ends_before_the_first_record,
            what_is_appended_reads_back_in_order_from_any_place,
            a_journal_opened_again_goes_on_where_it_ended,
            an_append_that_expects_another_head_changes_nothing,
            a_batch_that_is_not_numbered_from_the_head_is_refused,
            text_that_is_not_sealed_is_refused_with_its_whole_batch,
            after_a_lost_reply_one_can_ask_whether_the_batch_landed,
            a_batch_of_any_size_is_one_batch,
            one_record_of_any_size_reads_back,
            a_reader_on_another_thread_sees_whole_batches_in_order_while_they_are_appended,
        ]);)*
    };
}

backends! { sled: DataFolder }
