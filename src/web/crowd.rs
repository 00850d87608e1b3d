//! The connections that are open, and which of them makes room when there are too many.
//!
//! Invariant: a connection that sends its request at once gets an answer, however many others are held
//! open without one. So a connection is always taken, and if there are too many, one goes that has said
//! nothing for long. Requests under way are never cut off; there are fewer of them than connections, so
//! somebody else can always go.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

/// How many there may be at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Room {
    /// Connections.
    pub(super) connections: usize,
    /// Requests under way, those that are answered at once left out.
    pub(super) requests: usize,
}

impl Room {
    /// Most connections, if the process may have that many descriptors.
    const MOST: u64 = 1024;
    /// Descriptors for everything else: the journal, calls to Slack and to calendars, the control socket.
    const ELSEWHERE: u64 = 128;
    /// Fewest connections, however few descriptors there are.
    const FEWEST: u64 = 32;

    /// What a process that may have so many descriptors has room for; none: as many as it likes.
    pub(super) fn within(descriptors: Option<u64>) -> Self {
        let left = descriptors.map_or(Self::MOST, |all| all.saturating_sub(Self::ELSEWHERE));
        let connections = usize::try_from(left.clamp(Self::FEWEST, Self::MOST)).unwrap_or(1024);
        Self { connections, requests: connections / 4 * 3 }
    }
}

/// What a connection is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// It was made, and has not sent a whole head yet.
    New,
    /// A request is being answered.
    Busy,
    /// It was answered, and may ask again.
    Idle,
    /// It has to make room. If a whole head arrives in that moment, it is answered all the same.
    Leaving,
}

/// A connection's phase, shared with whoever tells it to go.
type Sign = Arc<watch::Sender<Phase>>;

/// The open connections.
#[derive(Debug)]
pub(super) struct Crowd {
    room: Room,
    places: Mutex<Places>,
}

#[derive(Debug, Default)]
struct Places {
    /// The number of the next wait.
    next: u64,
    /// Connections, those that were told to go left out.
    open: usize,
    requests: usize,
    /// Those that have not sent a head yet, whoever has waited longest first.
    new: BTreeMap<u64, Sign>,
    /// Those that were answered, likewise.
    idle: BTreeMap<u64, Sign>,
}

impl Places {
    fn waits(&mut self, phase: Phase, sign: &Sign) -> u64 {
        let number = self.next;
        self.next += 1;
        let waiting = if phase == Phase::New { &mut self.new } else { &mut self.idle };
        waiting.insert(number, Arc::clone(sign));
        sign.send_replace(phase);
        number
    }

    fn waited(&mut self, number: u64) -> bool {
        self.new.remove(&number).or_else(|| self.idle.remove(&number)).is_some()
    }

    /// Tells a connection to go that has waited for long; false if none waits.
    fn make_room(&mut self) -> bool {
        // Of the kind of which there are more: whoever holds many open makes room for the others.
        let longest =
            if self.idle.len() < self.new.len() { self.new.pop_first() } else { self.idle.pop_first() };
        let longest = longest.or_else(|| self.new.pop_first());
        if let Some((_, sign)) = &longest {
            self.open = self.open.saturating_sub(1);
            sign.send_replace(Phase::Leaving);
        }
        longest.is_some()
    }
}

impl Crowd {
    pub(super) fn new(room: Room) -> Arc<Self> {
        Arc::new(Self { room, places: Mutex::default() })
    }

    fn places(&self) -> MutexGuard<'_, Places> {
        // Nothing in here can panic half-way.
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes another connection; none if nobody can go in its place.
    pub(super) fn enter(self: &Arc<Self>) -> Option<Arc<Guest>> {
        let mut places = self.places();
        if places.open >= self.room.connections && !places.make_room() {
            return None;
        }
        places.open += 1;
        let phase = Arc::new(watch::Sender::new(Phase::New));
        let number = places.waits(Phase::New, &phase);
        drop(places);
        Some(Arc::new(Guest { crowd: Arc::clone(self), phase, waits: Mutex::new(Some(number)) }))
    }

    /// Has a connection go, since there is no descriptor for the next one.
    pub(super) fn make_room(&self) {
        self.places().make_room();
    }
}

/// A connection of the crowd. Dropped, it has left.
#[derive(Debug)]
pub(super) struct Guest {
    crowd: Arc<Crowd>,
    phase: Sign,
    /// The number under which it waits; none while a request is under way.
    waits: Mutex<Option<u64>>,
}

impl Guest {
    /// Begins a request; none if there are too many, unless it is one that is answered `at_once`.
    pub(super) fn begin(self: &Arc<Self>, at_once: bool) -> Option<Busy> {
        let mut places = self.crowd.places();
        if !at_once && places.requests >= self.crowd.room.requests {
            return None;
        }
        if let Some(number) = self.waits().take()
            && !places.waited(number)
        {
            // It was told to go a moment ago and hasn't gone yet.
            places.open += 1;
        }
        places.requests += usize::from(!at_once);
        self.phase.send_replace(Phase::Busy);
        Some(Busy { guest: Arc::clone(self), at_once })
    }

    /// What it is doing, now and after each change.
    pub(super) fn phase(&self) -> watch::Receiver<Phase> {
        self.phase.subscribe()
    }

    fn waits(&self) -> MutexGuard<'_, Option<u64>> {
        self.waits.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        let mut places = self.crowd.places();
        let gone = self.waits().take().is_some_and(|number| !places.waited(number));
        if !gone {
            places.open = places.open.saturating_sub(1);
        }
    }
}

/// A request under way. Dropped, it is answered.
#[derive(Debug)]
pub(super) struct Busy {
    guest: Arc<Guest>,
    at_once: bool,
}

impl Drop for Busy {
    fn drop(&mut self) {
        let mut places = self.guest.crowd.places();
        places.requests -= usize::from(!self.at_once);
        let number = places.waits(Phase::Idle, &self.guest.phase);
        *self.guest.waits() = Some(number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crowd() -> Arc<Crowd> {
        Crowd::new(Room { connections: 3, requests: 2 })
    }

    fn is_told(guest: &Guest) -> bool {
        *guest.phase().borrow() == Phase::Leaving
    }

    #[test]
    fn whoever_has_waited_longest_goes_of_the_kind_of_which_there_are_more() {
        let crowd = crowd();
        let [answered, first, second] = [(); 3].map(|()| crowd.enter().unwrap());
        drop(answered.begin(false).unwrap());
        let third = crowd.enter().unwrap();
        assert!(is_told(&first) && !is_told(&second) && !is_told(&answered));
        drop(first);
        let _busy = second.begin(false).unwrap();
        let _fourth = crowd.enter().unwrap();
        assert!(is_told(&answered) && !is_told(&third), "there are no more new ones than others");
        assert!(!is_told(&second), "a request is under way");
    }

    #[test]
    fn requests_leave_room_for_what_is_answered_at_once() {
        let crowd = crowd();
        let guests = [(); 3].map(|()| crowd.enter().unwrap());
        let under_way = [guests[0].begin(false).unwrap(), guests[1].begin(false).unwrap()];
        assert!(guests[2].begin(false).is_none());
        assert!(guests[2].begin(true).is_some());
        drop(under_way);
        assert!(guests[2].begin(false).is_some());
    }

    #[test]
    fn whoever_leaves_is_counted_once_whether_told_to_or_not() {
        let crowd = crowd();
        for _ in 0..10 {
            let guests: Vec<_> = (0..5).map(|_| crowd.enter().unwrap()).collect();
            let busy: Vec<_> = guests.iter().filter_map(|guest| guest.begin(false)).collect();
            drop((busy, guests));
            let places = crowd.places();
            assert_eq!((places.open, places.requests), (0, 0));
            assert!(places.new.is_empty() && places.idle.is_empty());
        }
    }

    #[test]
    fn there_is_room_for_what_the_descriptors_allow() {
        let connections = |descriptors| Room::within(descriptors).connections;
        assert_eq!([None, Some(20_000), Some(1024), Some(64)].map(connections), [1024, 1024, 896, 32]);
    }
}
