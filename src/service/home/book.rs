//! Whose App Home is open, what it shows, and which is published next.
//!
//! Invariant: one publication of a person's at a time, at most [`A_MINUTE`] in any minute for the whole
//! workspace, and never the same view twice in a row.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use crate::domain::ids::SlackUserId;
use crate::domain::message::Page;

/// Publications in any minute; Slack allows about a hundred.
pub(super) const A_MINUTE: usize = 80;
/// Of these, so many are kept for people who open App Home.
const FOR_OPENING: usize = 20;
const MINUTE: Duration = Duration::from_secs(60);
/// How long a page that was opened is kept fresh.
const OPEN: Duration = Duration::from_secs(600);
/// How long after one look at a page the next follows, unless somebody opens it.
pub(super) const BETWEEN: Duration = Duration::from_secs(2);
/// Pages that are composed and published at a time.
const ROOM: usize = 6;
/// How long what was published is remembered.
const MEMORY: Duration = Duration::from_secs(24 * 3600);

/// What is published now, to whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Job {
    pub(super) who: SlackUserId,
    pub(super) page: Page,
    /// What they see, as a digest; nothing is published that is the same.
    pub(super) shown: Option<u64>,
    /// Slack's hash of what they see.
    pub(super) hash: Option<String>,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Done {
    /// They see it already.
    Unchanged,
    /// They see this.
    Published { shown: u64, hash: Option<String> },
    /// Another view was published meanwhile; what they see isn't known any more.
    Conflict,
    /// Not now; again after that.
    Later(Duration),
    /// It won't be taken.
    Refused,
}

#[derive(Debug)]
struct Open {
    page: Page,
    /// When it was opened or turned.
    opened: Instant,
    /// They wait for it.
    waits: bool,
    /// Something has changed since it was looked at.
    stale: bool,
    busy: bool,
    looked: Option<Instant>,
    shown: Option<u64>,
    hash: Option<String>,
}

/// The book of the pages.
#[derive(Debug, Default)]
pub(super) struct Book {
    pages: BTreeMap<SlackUserId, Open>,
    published: VecDeque<Instant>,
    busy: usize,
    /// Slack asks to wait until then.
    rest: Option<Instant>,
}

impl Book {
    /// Somebody opened App Home at this page, turned to it, or used something on it.
    pub(super) fn opened(&mut self, who: SlackUserId, page: Page, now: Instant) {
        let open = self.pages.entry(who).or_insert_with(|| Open {
            page: Page::First,
            opened: now,
            waits: true,
            stale: true,
            busy: false,
            looked: None,
            shown: None,
            hash: None,
        });
        (open.page, open.opened, open.waits, open.stale) = (page, now, true, true);
    }

    /// Something changed that a page may show.
    pub(super) fn changed(&mut self, now: Instant) {
        self.pages.retain(|_, open| open.busy || now < open.opened + MEMORY);
        for open in self.pages.values_mut().filter(|open| now < open.opened + OPEN) {
            open.stale = true;
        }
    }

    /// The next page to compose and publish: whoever waits first, then the newest opened.
    pub(super) fn next(&mut self, now: Instant) -> Option<Job> {
        self.forget_old(now);
        if self.busy >= ROOM || self.rest.is_some_and(|rest| now < rest) {
            return None;
        }
        let free = A_MINUTE.saturating_sub(self.published.len() + self.busy);
        let ready = self.pages.iter().filter(|(_, open)| {
            open.stale
                && !open.busy
                && if open.waits { free > 0 } else { free > FOR_OPENING && open.from(now) <= now }
        });
        let (who, _) = ready.max_by_key(|(_, open)| (open.waits, open.opened))?;
        let who = who.clone();
        let open = self.pages.get_mut(&who)?;
        (open.busy, open.stale, open.waits, open.looked) = (true, false, false, Some(now));
        self.busy += 1;
        Some(Job { who, page: open.page.clone(), shown: open.shown, hash: open.hash.clone() })
    }

    /// Takes in what became of a job.
    pub(super) fn done(&mut self, who: &SlackUserId, done: Done, now: Instant) {
        self.busy = self.busy.saturating_sub(1);
        let Some(open) = self.pages.get_mut(who) else { return };
        open.busy = false;
        match done {
            Done::Unchanged => {}
            Done::Published { shown, hash } => {
                (open.shown, open.hash) = (Some(shown), hash);
                self.published.push_back(now);
            }
            Done::Conflict => {
                (open.shown, open.hash, open.stale, open.waits) = (None, None, true, true);
                self.published.push_back(now);
            }
            Done::Later(after) => {
                open.stale = true;
                self.rest = Some(now + after);
            }
            Done::Refused => self.published.push_back(now),
        }
    }

    /// When to look again if nothing happens before.
    pub(super) fn wake(&self, now: Instant) -> Option<Instant> {
        if self.busy >= ROOM {
            // The end of a job is what is waited for.
            return None;
        }
        let page = self
            .pages
            .values()
            .filter(|open| open.stale && !open.busy)
            .map(|open| if open.waits { now } else { open.from(now) })
            .min()?;
        let full = self.published.len() + self.busy >= A_MINUTE - FOR_OPENING;
        let limit = self.published.front().filter(|_| full).map(|oldest| *oldest + MINUTE);
        [Some(page), self.rest, limit].into_iter().flatten().max()
    }

    fn forget_old(&mut self, now: Instant) {
        while self.published.front().is_some_and(|at| *at + MINUTE <= now) {
            self.published.pop_front();
        }
    }
}

impl Open {
    /// From when on it may be looked at again.
    fn from(&self, now: Instant) -> Instant {
        self.looked.map_or(now, |looked| looked + BETWEEN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::monotonic;

    fn user(number: usize) -> SlackUserId {
        SlackUserId::parse(&format!("U{number}")).unwrap()
    }

    fn published(shown: u64) -> Done {
        Done::Published { shown, hash: Some(format!("h{shown}")) }
    }

    fn all_done(book: &mut Book, now: Instant, done: &Done) -> Vec<SlackUserId> {
        let mut met = Vec::new();
        while let Some(job) = book.next(now) {
            book.done(&job.who, done.clone(), now);
            met.push(job.who);
        }
        met
    }

    #[test]
    fn whoever_opens_their_home_gets_it_at_once_and_the_newest_first() {
        let (mut book, now) = (Book::default(), monotonic());
        for number in 0..3 {
            book.opened(user(number), Page::First, now + Duration::from_millis(number as u64));
        }
        let met = all_done(&mut book, now + Duration::from_secs(1), &published(1));
        assert_eq!(met, [user(2), user(1), user(0)]);
        assert_eq!(book.wake(now), None, "nothing is left to do");
    }

    #[test]
    fn an_open_page_is_looked_at_again_after_a_change_and_another_is_not() {
        let (mut book, start) = (Book::default(), monotonic());
        book.opened(user(1), Page::First, start);
        assert_eq!(all_done(&mut book, start, &published(1)).len(), 1);
        book.changed(start);
        assert_eq!(book.next(start), None, "not at every record");
        assert_eq!(book.wake(start), Some(start + BETWEEN));
        let job = book.next(start + BETWEEN).unwrap();
        assert_eq!((job.shown, job.hash.as_deref()), (Some(1), Some("h1")));
        book.done(&user(1), Done::Unchanged, start + BETWEEN);
        let later = start + OPEN;
        book.changed(later);
        assert_eq!(book.next(later + BETWEEN), None, "nobody looks at it any more");
        book.opened(user(1), Page::Mine, later + BETWEEN);
        assert_eq!(book.next(later + BETWEEN).unwrap().page, Page::Mine);
    }

    #[test]
    fn no_more_is_published_in_a_minute_than_slack_takes_and_openings_have_room() {
        let (mut book, now) = (Book::default(), monotonic());
        for number in 0..200 {
            book.opened(user(number), Page::First, now);
        }
        assert_eq!(all_done(&mut book, now, &published(1)).len(), A_MINUTE);
        let wake = book.wake(now).unwrap();
        assert_eq!(wake, now + MINUTE);
        assert_eq!(all_done(&mut book, wake, &published(1)).len(), A_MINUTE);
        assert_eq!(all_done(&mut book, wake + MINUTE, &published(1)).len(), 40);

        let later = wake + MINUTE * 2;
        book.changed(later);
        let met = all_done(&mut book, later, &published(2));
        assert_eq!(met.len(), A_MINUTE - FOR_OPENING);
        book.opened(user(300), Page::First, later);
        assert_eq!(all_done(&mut book, later, &published(2)), [user(300)]);
    }

    #[test]
    fn one_view_of_a_person_is_published_at_a_time() {
        let (mut book, now) = (Book::default(), monotonic());
        book.opened(user(1), Page::First, now);
        book.next(now).unwrap();
        book.opened(user(1), Page::Mine, now);
        assert_eq!(book.next(now), None);
        book.done(&user(1), published(1), now);
        assert_eq!(book.next(now).unwrap().page, Page::Mine);
    }

    #[test]
    fn slack_is_left_alone_for_as_long_as_it_asks() {
        let (mut book, now) = (Book::default(), monotonic());
        book.opened(user(1), Page::First, now);
        book.next(now).unwrap();
        book.done(&user(1), Done::Later(Duration::from_secs(30)), now);
        assert_eq!(book.next(now), None);
        let wake = book.wake(now).unwrap();
        assert_eq!(wake, now + Duration::from_secs(30));
        assert!(book.next(wake).is_some());
    }

    #[test]
    fn after_a_conflict_the_page_is_published_whatever_is_there() {
        let (mut book, now) = (Book::default(), monotonic());
        book.opened(user(1), Page::First, now);
        all_done(&mut book, now, &published(1));
        book.opened(user(1), Page::First, now);
        book.next(now).unwrap();
        book.done(&user(1), Done::Conflict, now);
        let job = book.next(now).unwrap();
        assert_eq!((job.shown, job.hash), (None, None));
    }
}
