//! The loop: keeps the plan up to date and starts what is due, as much at a time as the limits let.

use std::collections::{BTreeMap, HashSet};
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::sync::{broadcast, watch};
use tokio::task::{Id, JoinError, JoinSet};

use super::limiter::{Limiter, Method, Slot};
use super::looks::Looks;
use super::probe::{Look, Probes, probe};
use super::work::{InFlight, Kind, Patience, Retries, Round, Unknown};
use super::{End, Means, Planner, Settled, Shared, World, conversations, look_up, post, recipient, refresh};
use crate::clock::monotonic;
use crate::domain::effect::{Effect, Post, PostId, PostKey, Traffic};
use crate::domain::event::{Event, PauseReason, Record};
use crate::domain::ids::{PersonId, Seq, SlackUserId};
use crate::domain::message::Recipient;
use crate::domain::observation::Observations;
use crate::domain::program::Program;
use crate::domain::refusal::Call;
use crate::domain::state::PersonState;
use crate::journal::{Decision, Stopped};
use crate::plan::LOOK_UP_AFTER;

/// After how long work that panicked is tried again.
const AFTER_PANIC: Duration = Duration::from_secs(60);

/// Most touches recorded as missed in one decision, so that clicks don't wait for a long one.
const MISSED_AT_ONCE: usize = 500;

/// Sends what is due for as long as it runs.
pub struct Dispatch<P> {
    shared: Arc<Shared>,
    planner: P,
    program: watch::Receiver<Arc<Program>>,
    seen: watch::Receiver<Arc<Observations>>,
    settled: watch::Sender<Settled>,

    world: World,
    records: broadcast::Receiver<Arc<[Record]>>,
    /// Records that the plan doesn't know yet.
    fresh: Vec<Arc<[Record]>>,
    /// Records were lost, or the world changed: plan from nothing.
    stale: bool,
    planned_through: Seq,

    jobs: JoinSet<Result<End, Stopped>>,
    in_flight: InFlight,
    /// First looks at lives that have passed.
    looks: Looks,
    /// The task that records missed touches.
    missing: Option<Id>,
    retries: Retries,
    probes: Probes,
    /// What the plan calls due but the writer didn't; asked again after the next record or wake.
    refused: HashSet<PostId>,
    /// What can't be written in this world.
    unsayable: HashSet<PostId>,
    /// Posts that may have gone out without being on record, to look up before they are sent, and when each was due.
    unproven: BTreeMap<PostId, (PostKey, Timestamp)>,
    /// Those that were looked up, each with the account in whose conversation. Whoever has had another account has
    /// another conversation, which is looked through as well.
    proven: HashSet<(PostId, SlackUserId)>,
}

impl<P> std::fmt::Debug for Dispatch<P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Dispatch").field("in_flight", &self.in_flight).finish_non_exhaustive()
    }
}

/// When to look again, if nothing happens before.
struct Wake {
    calendar: Option<Timestamp>,
    real: Option<Instant>,
    /// What the calendar said at this look; one that goes back is planned for anew.
    now: Timestamp,
}

impl<P: Planner> Dispatch<P> {
    /// Made, but not yet running; the receiver tells how far everything is done.
    pub fn new(
        means: Means,
        planner: P,
        mut program: watch::Receiver<Arc<Program>>,
        mut seen: watch::Receiver<Arc<Observations>>,
    ) -> (Self, watch::Receiver<Settled>) {
        let (settled, settling) = watch::channel(Settled::default());
        let limiter = Limiter::new(means.rates);
        let world =
            World { program: program.borrow_and_update().clone(), seen: seen.borrow_and_update().clone() };
        let records = means.writer.subscribe();
        let dispatch = Self {
            shared: Arc::new(Shared {
                means,
                limiter,
                stopping: AtomicBool::new(false),
                unknown: Unknown::default(),
                patience: Patience::default(),
            }),
            planner,
            program,
            seen,
            settled,
            world,
            records,
            fresh: Vec::new(),
            stale: true,
            planned_through: Seq::default(),
            jobs: JoinSet::new(),
            in_flight: InFlight::default(),
            looks: Looks::default(),
            missing: None,
            retries: Retries::default(),
            probes: Probes::default(),
            refused: HashSet::new(),
            unsayable: HashSet::new(),
            unproven: BTreeMap::new(),
            proven: HashSet::new(),
        };
        (dispatch, settling)
    }

    /// Runs until `stop`, then waits for the calls in flight and records their outcomes.
    ///
    /// # Errors
    /// The writer has stopped, so nothing can be recorded any more; the process has to end.
    pub async fn run(mut self, stop: impl Future<Output = ()> + Send) -> Result<(), Stopped> {
        tokio::pin!(stop);
        // It may have changed since this was made.
        self.world_changed();
        let mut trust = self.shared.means.trust.subscribe();
        let mut caught_up = self.shared.means.caught_up.clone();
        self.reconcile().await?;
        loop {
            let wake = self.look()?;
            let real = async {
                match wake.real {
                    Some(at) => tokio::time::sleep_until(at.into()).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                () = &mut stop => break,
                Some(ended) = self.jobs.join_next_with_id() => self.ended(ended)?,
                received = self.records.recv() => match received {
                    Ok(batch) => self.fresh.push(batch),
                    Err(RecvError::Lagged(_)) => self.stale = true,
                    Err(RecvError::Closed) => return Err(Stopped::Writer),
                },
                Ok(()) = self.program.changed() => self.world_changed(),
                Ok(()) = self.seen.changed() => self.world_changed(),
                () = self.shared.means.clock.reaches(wake.calendar) => self.refused.clear(),
                () = self.shared.means.clock.turns_back(wake.now) => self.refused.clear(),
                Ok(()) = trust.changed() => self.refused.clear(),
                Ok(()) = caught_up.changed() => self.refused.clear(),
                // Its answer can show what the limit on updates still holds back.
                () = self.shared.means.performer.clicked() => {}
                () = real => {}
            }
        }
        self.shared.stopping.store(true, Ordering::Release);
        while let Some(ended) = self.jobs.join_next_with_id().await {
            self.ended(ended)?;
        }
        Ok(())
    }

    /// On an empty or restored journal with touches past due: pauses posting, and has them looked up.
    async fn reconcile(&mut self) -> Result<(), Stopped> {
        let unproven = {
            let state = self.shared.means.writer.state();
            self.planner.unproven(&self.world, &state, self.shared.means.clock.now())
        };
        let Some(unproven) = unproven else { return Ok(()) };
        tracing::warn!(
            touches = unproven.len(),
            "the journal knows nothing of messages that were due; sending is paused while they are looked up"
        );
        let paused = self.shared.means.writer.submit(None, |state, _| {
            let pause = Event::PostingPaused { reason: PauseReason::Unproven };
            // A pause that ends by itself doesn't stand for one that a human has to end.
            let is_new = state.paused.as_ref().is_none_or(|(_, reason)| reason.ends_by_itself());
            Decision { events: is_new.then_some(pause).into_iter().collect(), reply: () }
        });
        paused.await?;
        for key in unproven.into_iter().map(PostKey::Touch) {
            let ids = self.shared.means.writer.state().ids_before(&key);
            self.look_for(ids, &key, Timestamp::MIN);
        }
        Ok(())
    }

    fn world_changed(&mut self) {
        self.world = World {
            program: self.program.borrow_and_update().clone(),
            seen: self.seen.borrow_and_update().clone(),
        };
        self.stale = true;
        self.in_flight.world_changed();
        self.unsayable.clear();
        self.refused.clear();
    }

    fn ended(&mut self, ended: Result<(Id, Result<End, Stopped>), JoinError>) -> Result<(), Stopped> {
        let (id, end) = match ended {
            Ok((id, Ok(end))) => (id, end),
            Ok((_, Err(Stopped::Writer))) => return Err(Stopped::Writer),
            // The writer has logged it. The post, if it was begun, is in doubt.
            Ok((id, Err(Stopped::Decision))) => (id, End::Again(AFTER_PANIC)),
            Err(error) => {
                tracing::error!(error = %error, "work on a message broke off");
                (error.id(), End::Again(AFTER_PANIC))
            }
        };
        if self.missing == Some(id) {
            self.missing = None;
        }
        if self.probes.ended(id, &end, self.shared.means.clock.now(), monotonic()) {
            return Ok(());
        }
        let is_current = self.in_flight.is_current(id);
        let Some(post) = self.in_flight.ended(id) else { return Ok(()) };
        match end {
            End::Done => self.retries.forget(post),
            End::Proven(account) => {
                self.retries.forget(post);
                self.proven.insert((post, account));
                let is_left = self.unproven.get(&post).is_some_and(|(key, due)| {
                    let state = self.shared.means.writer.state();
                    let to = conversations(&self.world.program, &state, key.to(), *due);
                    self.unseen(post, &to).is_some()
                });
                if !is_left {
                    self.unproven.remove(&post);
                }
            }
            End::Renewed => {
                self.retries.forget(post);
                // The reading is in force by now; whoever is asked for again would be read again.
                if self.seen.has_changed().unwrap_or(false) {
                    self.world_changed();
                }
            }
            // The world that said so is gone; it is judged again.
            End::NotNow | End::Unsayable if !is_current => {}
            End::NotNow => _ = self.refused.insert(post),
            End::Unsayable => _ = self.unsayable.insert(post),
            End::Again(after) => self.retries.again(post, monotonic(), after),
        }
        Ok(())
    }

    /// Takes everything that happened into the plan, then starts what can be started.
    fn look(&mut self) -> Result<Wake, Stopped> {
        loop {
            match self.records.try_recv() {
                Ok(batch) => self.fresh.push(batch),
                Err(TryRecvError::Lagged(_)) => self.stale = true,
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Closed) => return Err(Stopped::Writer),
            }
        }
        let now = self.shared.means.clock.now();
        self.plan(now);
        let mut round = Round::new(monotonic());
        let believed = self.shared.means.trust.believes(now, round.now);
        let caught_up = *self.shared.means.caught_up.borrow();
        let due = self.planner.due(now);
        // First, since what arrived before a restore counts toward the caps of whatever comes next.
        let mut over = Vec::new();
        for key in due.iter().filter_map(Effect::missed).filter(|_| believed) {
            if !self.doubts(key, &mut round) {
                over.push(key.clone());
            }
        }
        for effect in due {
            match effect {
                Effect::Post(post) if !believed && post.key.traffic() == Traffic::Campaign => {}
                Effect::Post(post) if !caught_up && post.key.traffic() == Traffic::Campaign => {
                    round.left += 1
                }
                Effect::Post(post) => self.post(post, now, &mut round),
                Effect::Miss(_) => {}
                Effect::Settle { post, attempt } => self.settle(post, attempt, &mut round),
                Effect::Refresh { post, .. } => self.refresh(post, &mut round),
            }
        }
        if believed {
            let missed = self.looks.at(now, over);
            self.miss(missed, &mut round);
        } else {
            self.looks.forget();
        }
        self.prove(&mut round);
        self.try_looking(&mut round);
        let probe = self.probe(now, &mut round);
        let wakes = self.planner.next_wake().into_iter().chain(self.looks.next(now)).chain(probe);
        let next_wake = wakes.filter(|wake| *wake > now).min();
        if round.left == 0 && self.jobs.is_empty() {
            let program = &self.world.program;
            let settled = Settled {
                program: Some(program.clone()),
                at: Some(now),
                through: self.planned_through,
                next_wake,
            };
            self.settled.send_if_modified(|before| {
                let of = |settled: &Settled| (settled.at, settled.through, settled.next_wake);
                let is_new = of(before) != of(&settled) || !before.is_by(program);
                *before = settled;
                is_new
            });
        }
        Ok(Wake { calendar: next_wake, real: round.wake, now })
    }

    fn plan(&mut self, now: Timestamp) {
        let fresh = std::mem::take(&mut self.fresh);
        let state = self.shared.means.writer.state();
        if std::mem::take(&mut self.stale) {
            self.planner.start(&self.world, &state, now);
            self.planned_through = state.head;
            self.refused.clear();
            return;
        }
        let records: Vec<Record> = fresh.iter().flat_map(|batch| batch.iter().cloned()).collect();
        if let Some(last) = records.last() {
            self.planned_through = self.planned_through.max(last.seq);
            self.refused.clear();
        }
        self.planner.refresh(&self.world, &state, now, &records);
    }

    fn post(&mut self, Post { key, life, .. }: Post, now: Timestamp, round: &mut Round) {
        let kind = Kind::of(key.traffic());
        // The digest is not made for what can't go anyway: a campaign is walked along often.
        if !self.may_start(kind, key.to(), round) {
            round.left += 1;
            return;
        }
        let id = self.shared.means.writer.state().id_of(&key);
        let doubtful = self.doubtful(&key, life.due);
        if self.refused.contains(&id) || self.unsayable.contains(&id) || self.unproven.contains_key(&id) {
            return;
        }
        if !doubtful.is_empty() {
            round.left += 1;
            self.look_for(doubtful, &key, life.due);
            return;
        }
        if key.delivery().is_some() && self.looks_up_another(key.to()) {
            round.left += 1;
            return;
        }
        let to = key.to().clone();
        if post::needs_renewal(&self.world, &key, now) {
            self.renew(id, &to, round);
            return;
        }
        self.start(kind, id, &to, round, |dispatch, slot| {
            post::send::<P>(dispatch.shared.clone(), dispatch.world.clone(), key, slot)
        });
    }

    /// The first of these conversations that `post` was not looked for in.
    fn unseen<'to>(&self, post: PostId, conversations: &'to [Recipient]) -> Option<&'to Recipient> {
        conversations.iter().find(|to| !self.proven.contains(&(post, to.slack.clone())))
    }

    /// The ids under which a post may have gone out before a restore, as far as they were not looked up.
    fn doubtful(&self, key: &PostKey, due: Timestamp) -> Vec<PostId> {
        let state = self.shared.means.writer.state();
        if !state.may_have_gone_before(key, due) {
            return Vec::new();
        }
        let to = conversations(&self.world.program, &state, key.to(), due);
        let unseen = |id: &PostId| to.is_empty() || self.unseen(*id, &to).is_some();
        state.ids_before(key).into_iter().filter(unseen).collect()
    }

    /// Whether a touch to `person` is looked up that may have gone out: it counts toward the caps of the next one.
    fn looks_up_another(&self, person: &PersonId) -> bool {
        self.unproven.values().any(|(key, _)| key.delivery().is_some_and(|touch| touch.person == *person))
    }

    /// Whether a touch whose life is over may have gone out before a restore. It counts toward the caps if it did,
    /// so it is looked up before it is written off and before anything else goes to its recipient. Whoever can't be
    /// reached has no conversation to look through.
    fn doubts(&mut self, key: &PostKey, round: &mut Round) -> bool {
        let doubtful = self.doubtful(key, Timestamp::MIN);
        let reached =
            || recipient(&self.world.program, &self.shared.means.writer.state(), key.to()).is_some();
        if doubtful.is_empty() || !reached() {
            return false;
        }
        round.left += 1;
        self.look_for(doubtful, key, Timestamp::MIN);
        true
    }

    /// Has `ids` looked up, under which `key`, due at `due`, may have gone out. Of two who may have got the same one, the
    /// second has it looked up once the first has: each has conversations of their own.
    fn look_for(&mut self, ids: Vec<PostId>, key: &PostKey, due: Timestamp) {
        for id in ids {
            self.unproven.entry(id).or_insert_with(|| (key.clone(), due));
        }
    }

    /// Has `person` read anew, on whom `post` waits.
    fn renew(&mut self, post: PostId, person: &PersonId, round: &mut Round) {
        round.left += 1;
        if !self.may_start(Kind::Renewal, person, round) {
            return;
        }
        if let Some(at) = self.retries.after(post, round.now) {
            round.wake_at(at);
            return;
        }
        let task = self.jobs.spawn(post::renew(self.shared.clone(), person.clone())).id();
        self.in_flight.started(task, Kind::Renewal, post, person.clone());
    }

    fn settle(&mut self, post: PostId, attempt: u32, round: &mut Round) {
        let (person, to, from_ahead) = {
            let state = self.shared.means.writer.state();
            let Some(known) = state.post(post) else { return };
            let to = recipient(&self.world.program, &state, known.key.to());
            (known.key.to().clone(), to, known.is_dated_ahead(self.shared.means.clock.now()))
        };
        // What was just accepted may not be found yet, and the deadline was set by a clock that was ahead.
        if from_ahead && self.retries.times(post) == 0 {
            self.retries.again(post, round.now, LOOK_UP_AFTER.unsigned_abs());
        }
        self.start(Kind::LookUp, post, &person, round, |dispatch, slot| {
            look_up::settle(dispatch.shared.clone(), to, post, attempt, slot)
        });
    }

    fn refresh(&mut self, post: PostId, round: &mut Round) {
        if self.unsayable.contains(&post) {
            return;
        }
        let (person, kind, answers) = {
            let state = self.shared.means.writer.state();
            let Some(known) = state.post(post) else { return };
            let kind = if state.awaited.contains(&post) { Kind::Click } else { Kind::Refresh };
            let answers = |(channel, ts)| self.shared.means.performer.answers(channel, ts);
            // Whoever's account is about to be somebody else's gets no answer before it is known whose it is.
            let to = self.world.program.people.get(known.key.to());
            let waits = to.is_some_and(|to| to.is_in_question(&state));
            (known.key.to().clone(), kind, !waits && known.place().is_some_and(answers))
        };
        if !answers {
            let tried = self.retries.times(post);
            self.start(kind, post, &person, round, |dispatch, slot| {
                refresh::refresh(dispatch.shared.clone(), dispatch.world.clone(), post, tried, slot)
            });
            return;
        }
        // No limit on updates counts an answer to a click.
        round.left += 1;
        if self.in_flight.has_room(Kind::Click) && !self.in_flight.reaches(&person) {
            let work = refresh::answer(self.shared.clone(), self.world.clone(), post);
            let task = self.jobs.spawn(work).id();
            self.in_flight.started(task, Kind::Click, post, person);
        }
    }

    /// Looks up what may have gone out before. Whoever isn't linked to Slack yet is looked up once they are.
    fn prove(&mut self, round: &mut Round) {
        let known: Vec<(PostId, (PostKey, Timestamp), Recipient)> = {
            let state = self.shared.means.writer.state();
            let to = |id: PostId, key: &PostKey, due: Timestamp| {
                let all = conversations(&self.world.program, &state, key.to(), due);
                self.unseen(id, &all).or(all.first()).cloned()
            };
            let known = self.unproven.iter();
            known
                .filter_map(|(id, (key, due))| Some((*id, (key.clone(), *due), to(*id, key, *due)?)))
                .collect()
        };
        for (id, (key, due), to) in known {
            let person = key.to().clone();
            self.start(Kind::LookUp, id, &person, round, |dispatch, slot| {
                look_up::prove(dispatch.shared.clone(), dispatch.world.clone(), id, (key, due), to, slot)
            });
        }
    }

    /// While Slack refuses look-ups and nothing is left to look up, one that looks for nothing finds out when that is
    /// over. Nobody waits for it.
    fn try_looking(&mut self, round: &mut Round) {
        let nothing = look_up::nothing();
        let to = {
            let state = self.shared.means.writer.state();
            if !state.calls_refused.contains_key(&Call::LookUp) || round.looks_up {
                return;
            }
            let with_channel = |(id, known): (&PersonId, &Arc<PersonState>)| {
                known.channel.as_ref().and_then(|_| recipient(&self.world.program, &state, id))
            };
            state.people.iter().find_map(with_channel)
        };
        let Some(to) = to else { return };
        if let Some(at) = self.retries.after(nothing, round.now) {
            round.wake_at(at);
            return;
        }
        let (kind, person) = (Kind::LookUp, to.person.clone());
        if !self.may_start(kind, &person, round) {
            return;
        }
        match self.shared.limiter.take(Method::LookUp, |most| kind.leaves(most), &person, round.now) {
            Ok(slot) => {
                let task = self.jobs.spawn(look_up::try_out(self.shared.clone(), to, slot)).id();
                self.in_flight.started(task, kind, nothing, person);
            }
            Err(wait) => round.waits(kind, wait),
        }
    }

    /// Makes a probe if one is due; when the next one is, by the calendar.
    fn probe(&mut self, now: Timestamp, round: &mut Round) -> Option<Timestamp> {
        let look = {
            let state = self.shared.means.writer.state();
            self.probes.look(&state, now, round.now)
        };
        match look {
            Look::Nothing => None,
            Look::Wait(at, real) => {
                round.wake_at(real);
                (at < Timestamp::MAX).then_some(at)
            }
            Look::Now(since) => {
                let task = self.jobs.spawn(probe(self.shared.clone(), since)).id();
                self.probes.started(task);
                None
            }
        }
    }

    fn miss(&mut self, mut keys: Vec<PostKey>, round: &mut Round) {
        {
            // What is settled on record is not written off, whatever the plan says: it would be over again at once.
            let state = self.shared.means.writer.state();
            keys.retain(|key| state.post_of(key).is_none_or(|post| post.phase.is_open()));
        }
        round.left += keys.len();
        if keys.is_empty() || self.missing.is_some() {
            return;
        }
        keys.truncate(MISSED_AT_ONCE);
        let task = self.jobs.spawn(post::miss(self.shared.clone(), keys));
        self.missing = Some(task.id());
    }

    fn may_start(&self, kind: Kind, to: &PersonId, round: &Round) -> bool {
        round.open(kind) && self.in_flight.has_room(kind) && !self.in_flight.reaches(to)
    }

    /// Starts `work` if nothing stands against it; else sees to it that it is asked for again.
    fn start<F>(
        &mut self,
        kind: Kind,
        post: PostId,
        to: &PersonId,
        round: &mut Round,
        work: impl FnOnce(&Self, Slot) -> F,
    ) where
        F: Future<Output = Result<End, Stopped>> + Send + 'static,
    {
        round.left += 1;
        round.looks_up |= kind == Kind::LookUp;
        if !self.may_start(kind, to, round) {
            return;
        }
        if let Some(at) = self.retries.after(post, round.now) {
            round.wake_at(at);
            return;
        }
        let Some(method) = kind.method() else { return };
        match self.shared.limiter.take(method, |most| kind.leaves(most), to, round.now) {
            Ok(slot) => {
                let work = work(self, slot);
                let task = self.jobs.spawn(work).id();
                self.in_flight.started(task, kind, post, to.clone());
            }
            Err(wait) => round.waits(kind, wait),
        }
    }
}
