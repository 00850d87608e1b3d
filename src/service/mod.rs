//! The only place where adapters are wired, and tasks supervised and stopped.
//!
//! Order of starting: the journal (all that was acknowledged is there), the configuration adopted, the
//! sockets (clicks are taken at once), the people of the workspace, and only then the posts: without a
//! reading of the people nobody's zone is known. Order of stopping: no new intents, the calls in flight,
//! the writer, the journal.

mod acts;
mod adopt;
mod alone;
pub mod answer;
pub(crate) mod calendars;
pub mod control;
mod expiry;
pub mod feeds;
mod follow;
mod forget;
mod heard;
mod home;
mod inbox;
mod pages;
mod people;
pub(crate) mod proof;
pub mod query;
mod readiness;
mod refusals;
mod reload;
pub(crate) mod restored;
mod secrets;
pub mod seed;
mod shared;
#[cfg(feature = "simulation")]
#[cfg(test)]
mod simulation;
mod sweep;
mod timekeeping;
mod undecided;

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinSet;

use crate::clock::{Clock, Hand, Trust};
use crate::dispatch::{Campaigns, Dispatch, Means, Planner, Rates};
use crate::domain::event::{Event, PauseReason};
use crate::domain::ids::Seq;
use crate::domain::marks::{self, Marker};
use crate::domain::program::Program;
use crate::journal::{self, Decision, Marking, ReadHandle, RootKeys, Vault, Writer};
use crate::slack::heard::Heard;
use crate::slack::socket::{Patience, Sockets};
use crate::slack::{self, Client, FreshUrls, Inbox, Receiver, SigningSecret, SlackPerformer};
use crate::web;

pub(crate) use alone::{export_alone, forget_alone, read_alone};
use feeds::Feeds;
pub(crate) use follow::Calendar;
use query::{Query, View};
pub(crate) use secrets::Secrets;
use shared::Shared;

/// How long a call to Slack may take before the post is in doubt.
const CALL_TIMEOUT: Duration = Duration::from_secs(10);
/// How long stopping may take before the process ends all the same: containers are killed after ten seconds.
/// Whatever is then in flight is found again as in doubt.
const LONGEST_STOP: Duration = Duration::from_secs(8);

/// How Slack reaches the service.
#[derive(Debug)]
pub(crate) enum Transport {
    /// Over this many Socket Mode connections.
    Sockets(usize),
    /// Over HTTP, signed with this secret.
    Http(SigningSecret),
}

/// What the HTTP server is to the outside.
#[derive(Debug, Default)]
pub(crate) struct Front {
    /// Where people reach it, without a slash at its end; none if nothing is served.
    pub(crate) url: Option<String>,
    /// What outside booking pages sign with.
    pub(crate) webhooks: web::webhooks::Secrets,
}

/// What is made of an empty data folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Empty {
    /// Its records may be missing: nothing is sent before an advocate has said that this is the first start.
    Suspicious,
    /// This is the first start.
    FirstStart,
}

/// Everything the service is started with.
pub(crate) struct Surroundings {
    /// The data folder.
    pub(crate) data: PathBuf,
    /// What an empty data folder means.
    pub(crate) empty: Empty,
    /// What everything secret in it follows from.
    pub(crate) root: RootKeys,
    /// The way to Slack.
    pub(crate) slack: slack::Settings,
    /// How Slack reaches the service.
    pub(crate) transport: Transport,
    /// The workspace's limits.
    pub(crate) rates: Rates,
    /// Where HTTP is served: health, and in HTTP mode what Slack sends. Nowhere in a sandbox that connects.
    pub(crate) listen: Option<SocketAddr>,
    /// What is served there beside that.
    pub(crate) front: Front,
    /// Reads the secrets again; none if they never change.
    pub(crate) secrets: Option<secrets::Read>,
    /// The configuration.
    pub(crate) program: Program,
    /// The folder it was read from; a change there is taken up. None for the sample that comes with the
    /// program.
    pub(crate) config: Option<PathBuf>,
    /// Where `now` comes from.
    pub(crate) clock: Clock,
    /// The sandbox's calendar, which the clock follows.
    pub(crate) calendar: Option<(Calendar, Hand)>,
    /// Said once the service has started.
    pub(crate) ready: Option<Box<dyn FnOnce() + Send>>,
}

/// Runs the service until it is asked to stop.
///
/// # Errors
/// A sentence that says why it can't run, or can't go on.
pub(crate) async fn run(surroundings: Surroundings) -> Result<(), String> {
    let Surroundings {
        data,
        empty,
        root,
        slack,
        transport,
        rates,
        listen,
        front,
        secrets,
        program,
        config,
        clock,
        calendar,
        ready,
    } = surroundings;
    let listener = listening(listen, &transport).await?;
    let doubtful = proof::is_doubtful(&data).map_err(|error| error.to_string())?;
    if let Some(by) = proof::restored_by(&data) {
        tracing::warn!(
            by,
            "the journal was restored from an export; it may not know everything that was sent"
        );
    }
    // The system's certificates are read while the journal is: each takes a good part of a start.
    let opening = open(data.clone(), root, clock.clone());
    let client = Arc::new(Client::new(&slack).map_err(|error| format!("Slack can't be called: {error}."))?);
    let Opened { writer, ending, reader, marking, feeds: secret } = opening.await?;
    let last_record = writer.state().as_of;
    let opened_at = writer.head();
    let shared = Shared::new(program);
    let stopped = |_: journal::Stopped| "The journal stopped; the log says why.".to_owned();
    let acts = acts::log(&writer);
    restored::record(&data, &writer, opened_at).await.map_err(stopped)?;
    let keeper = Arc::new(heard::HeardFile { data: data.clone() });
    restored::cut_off(&writer, &clock, opened_at, heard::Keeper::read(&*keeper)).await.map_err(stopped)?;
    adopt(&writer, &shared, empty).await.map_err(stopped)?;
    shared.lay_over(&writer.state());
    shared.mark_with(marker(&writer, &marking).await?);

    let fresh = Arc::new(FreshUrls::default());
    let (members, changes) = mpsc::unbounded_channel();
    let (ask, asked) = mpsc::unbounded_channel();
    let (opened, openings) = mpsc::unbounded_channel();
    let runtime = tokio::runtime::Handle::current();
    let inbox: Arc<dyn Inbox> = Arc::new(inbox::Decider { writer: writer.clone(), shared: shared.clone() });
    let undecided = undecided::Undecided::default();
    let live = undecided::Live { decider: Arc::clone(&inbox), undecided: undecided.clone() };
    let heard = Heard::new(clock.clone());
    let receiver = Receiver::new(
        Arc::new(live),
        Arc::new(inbox::Watch { members, writer: writer.clone(), runtime, homes: opened }),
        client.clone(),
        fresh.clone(),
        heard.clone(),
    );
    let receiver = Arc::new(receiver);

    let (stop, stopping) = watch::channel(false);
    let mut tasks: JoinSet<Result<(), String>> = JoinSet::new();
    tasks.spawn(until(stopping.clone(), async_ok(acts)));
    let keys = web::webhooks::Keys::new(&front.webhooks);
    if let Some(read) = secrets {
        let signing = match &transport {
            Transport::Sockets(_) => None,
            Transport::Http(secret) => Some(secret.clone()),
        };
        let keeper = secrets::Keeper { read, client: client.clone(), signing, webhooks: keys.clone() };
        tasks.spawn(until(stopping.clone(), async_ok(keeper.keep())));
    }
    let token = client.tokens().standing();
    let desk = home::Desk {
        client: client.clone(),
        writer: writer.clone(),
        shared: shared.clone(),
        clock: clock.clone(),
        coming: home::Coming::default(),
    };
    tasks.spawn(until(stopping.clone(), async_ok(home::Homes { desk, openings }.keep_fresh())));
    let believed = Trust::default();
    let (catching_up, caught_up) = watch::channel(false);
    let sweep = sweep::Sweep {
        client: client.clone(),
        writer: writer.clone(),
        clock: clock.clone(),
        trust: believed.clone(),
        inbox,
        undecided,
        heard,
        keeper,
        opened: (opened_at, last_record),
        seen: shared.seen.subscribe(),
        silence: match transport {
            Transport::Sockets(_) => sweep::SILENT_SOCKETS,
            Transport::Http(_) => sweep::SILENT_REQUESTS,
        },
        connects: matches!(transport, Transport::Sockets(_)),
        caught_up: catching_up,
    };
    tasks.spawn(until(stopping.clone(), async_ok(sweep.follow())));
    let arrivals = match transport {
        Transport::Sockets(connections) => {
            let sockets = Sockets::new(client.clone(), receiver, connections, Patience::default());
            let health = sockets.health();
            tasks.spawn(async_ok(sockets.run(stopping.clone())));
            Arrivals::Sockets(health)
        }
        Transport::Http(secret) => {
            let limits = slack::http::Limits::default();
            Arrivals::Http(slack::http::routes(receiver, secret, Clock::system(), limits))
        }
    };

    let (compared, first_comparison) = oneshot::channel();
    if clock.moves_by_hand() {
        // A sandbox's calendar is meant to be off.
        drop(compared);
    } else {
        let timekeeping = timekeeping::Timekeeping {
            client: client.clone(),
            writer: writer.clone(),
            clock: clock.clone(),
            trust: believed.clone(),
            look: timekeeping::LOOK,
        };
        tasks
            .spawn(until(stopping.clone(), async move { timekeeping.keep(compared).await.map_err(stopped) }));
    }
    let (first, first_reading) = oneshot::channel();
    let people = people::People {
        client: client.clone(),
        writer: writer.clone(),
        clock: clock.clone(),
        shared: shared.clone(),
        changes,
        asked,
    };
    tasks.spawn(until(stopping.clone(), async move { people.keep_fresh(first).await.map_err(stopped) }));

    if let Some(folder) = config {
        let reload = reload::Reload { folder, shared: shared.clone(), writer: writer.clone() };
        tasks.spawn(until(stopping.clone(), async move { reload.keep_fresh().await.map_err(stopped) }));
    }
    let feeds = Feeds::new(&secret, front.url);
    let calendars = calendars::Calendars {
        shared: shared.clone(),
        writer: writer.clone(),
        clock: clock.clone(),
        feeds: feeds.clone(),
    };
    tasks.spawn(until(stopping.clone(), async move { calendars.keep().await.map_err(stopped) }));
    let confirmed = believed.clone();
    let means = Means {
        writer: writer.clone(),
        clock: clock.clone(),
        trust: believed,
        caught_up,
        performer: Arc::new(SlackPerformer::new(client.clone(), fresh)),
        renew: Arc::new(people::Asker(ask)),
        compose: Arc::new(inbox::Words),
        rates,
        timeout: CALL_TIMEOUT,
    };
    let (dispatch, settled) =
        Dispatch::new(means, Campaigns::new(doubtful), shared.program.subscribe(), shared.seen.subscribe());
    tasks.spawn(trust(doubtful, data.clone(), settled.clone()));
    let prepared = {
        let (client, writer, clock, shared) = (client, writer.clone(), clock.clone(), shared.clone());
        async move {
            if first_reading.await.is_err() {
                return Ok(false);
            }
            // Dropped without a word where nothing is compared.
            _ = first_comparison.await;
            restored::compare(&client, &writer, &clock, &shared.program(), opened_at).await?;
            Ok(true)
        }
    };
    tasks.spawn(post(dispatch, prepared, stopping.clone()));

    if let Some((calendar, hand)) = calendar {
        let (known, version) = watch::channel(0);
        tasks.spawn(until(stopping.clone(), async_ok(calendar.clone().follow(hand, known))));
        tasks.spawn(until(
            stopping.clone(),
            async_ok(calendar.report(clock.clone(), writer.clone(), shared.clone(), settled, version)),
        ));
    }
    let serving = Serving { writer: writer.clone(), shared: shared.clone(), clock: clock.clone(), token };
    let expiry = expiry::Expiry {
        writer: writer.clone(),
        clock: clock.clone(),
        shared: shared.clone(),
        trust: confirmed,
    };
    tasks.spawn(until(stopping.clone(), async move { expiry.keep().await.map_err(stopped) }));
    let runtime = tokio::runtime::Handle::current();
    let answering = Answering { shared, writer: writer.clone(), clock, reader, marking, runtime };
    let control = control::serve(data.clone(), move |query, out| answering.answer(query, out));
    tasks.spawn(until(stopping.clone(), async move {
        control
            .await
            .map_err(|error| format!("The control socket in the data folder can't be used: {error}."))
    }));
    if let Some(listener) = listener {
        let mut stopping = stopping.clone();
        let stop = async move { _ = stopping.wait_for(|stop| *stop).await };
        let routes = serving.routes(arrivals, &keys, feeds);
        tasks.spawn(async_ok(web::serve(listener, routes, web::ServerPatience::default(), stop)));
    }
    if let Some(ready) = ready {
        ready();
    }

    let mut ending = Box::pin(ending.wait());
    let outcome = tokio::select! {
        biased;
        () = interrupted() => Ok(()),
        end = &mut ending => return Err(format!("The journal ended, and with it the service: {end}")),
        ended = first_failure(&mut tasks) => Err(ended),
    };
    tracing::info!("stopping");
    stop.send_replace(true);
    let rest = async {
        while let Some(ended) = tasks.join_next().await {
            if let Ok(Err(error)) = ended {
                tracing::error!(error, "a task ended badly while stopping");
            }
        }
        writer.close().await;
        ending.await
    };
    match tokio::time::timeout(LONGEST_STOP, rest).await {
        Ok(journal::End::Closed) => {}
        Ok(end) => return outcome.and(Err(format!("The journal did not end well: {end}"))),
        Err(_) => {
            tracing::warn!("stopping took too long; what is in flight will be looked up at the next start")
        }
    }
    _ = std::fs::remove_file(control::path(&data));
    outcome
}

/// What is in the data folder, opened.
struct Opened {
    writer: Writer,
    ending: journal::Ending,
    reader: ReadHandle,
    /// What do-not-contact marks are read with.
    marking: Marking,
    /// What the addresses of calendars are made with.
    feeds: [u8; 32],
}

/// Opens the journal and folds it, off the threads that serve; begun before it is waited for.
fn open(data: PathBuf, root: RootKeys, clock: Clock) -> impl Future<Output = Result<Opened, String>> {
    let opening = tokio::task::spawn_blocking(move || {
        let (journal, reader) = journal::open(&data).map_err(|error| error.to_string())?;
        let mut vault = Vault::under(&data, root);
        vault.settle(clock.now()).map_err(|error| error.to_string())?;
        let feeds = vault.own_secret(feeds::SECRET).map_err(|error| error.to_string())?;
        let marking = vault.marking().map_err(|error| error.to_string())?;
        let (writer, ending) = Writer::start(journal, vault, clock).map_err(|error| error.to_string())?;
        Ok(Opened { writer, ending, reader, marking, feeds })
    });
    async { opening.await.map_err(|_| "The journal could not be read; the log says why.".to_owned())? }
}

/// What do-not-contact marks are known by; none if there are none, or they can't be read: nothing is posted
/// then.
async fn marker(writer: &Writer, marking: &Marking) -> Result<Option<Marker>, String> {
    let Some(sealed) = writer.state().marking_key.clone() else { return Ok(None) };
    let Some(opened) = marking.open(&sealed).map_err(|error| error.to_string())? else {
        tracing::error!("{}", marks::UNREADABLE);
        return Ok(None);
    };
    if let Some(key) = opened.anew {
        let recorded = writer.submit(None, move |_, _| Decision {
            events: vec![Event::MarkingKeySet { key: key.clone() }],
            reply: (),
        });
        recorded.await.map_err(|error| error.to_string())?;
    }
    Ok(Some(opened.marker))
}

async fn adopt(writer: &Writer, shared: &Shared, empty: Empty) -> Result<(), journal::Stopped> {
    let program = shared.program();
    let adopted = writer.submit(None, move |state, _| {
        // With the first record, so that no crash comes between.
        let asks = empty == Empty::Suspicious && state.head == Seq::default();
        let reason = PauseReason::FirstStart { denied_by: None };
        let asked = asks.then_some(Event::PostingPaused { reason });
        let adoption = adopt::adoption(&program, state, &adopt::Former::new());
        let reply = adoption.is_some();
        let events = asked.into_iter().chain(adoption).chain(adopt::another_try(state));
        Decision { reply, events: events.collect() }
    });
    if adopted.await? {
        tracing::info!(configuration = %shared.program().digest, "a new configuration is in force");
    }
    Ok(())
}

/// Sends what is due, from the moment on at which all that it depends on is known; `prepared` says whether it is.
async fn post(
    dispatch: Dispatch<impl Planner>,
    prepared: impl Future<Output = Result<bool, journal::Stopped>> + Send,
    mut stopping: watch::Receiver<bool>,
) -> Result<(), String> {
    tokio::select! {
        biased;
        _ = stopping.wait_for(|stop| *stop) => return Ok(()),
        prepared = prepared => match prepared {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            Err(_) => return Err("The journal stopped; the log says why.".to_owned()),
        },
    }
    let stop = async move { _ = stopping.wait_for(|stop| *stop).await };
    dispatch.run(stop).await.map_err(|_| "The journal stopped; the log says why.".to_owned())
}

/// Takes the mark off a doubtful journal once its past touches have been looked up, or there were none.
async fn trust(
    doubtful: bool,
    data: PathBuf,
    mut settled: watch::Receiver<crate::dispatch::Settled>,
) -> Result<(), String> {
    if doubtful && settled.wait_for(|settled| settled.at.is_some()).await.is_ok() {
        proof::trust(&data);
    }
    Ok(())
}

/// The listener of the HTTP server, before anything else is begun: an address that is taken is told at once.
async fn listening(listen: Option<SocketAddr>, transport: &Transport) -> Result<Option<TcpListener>, String> {
    let Some(listen) = listen else {
        return match transport {
            Transport::Sockets(_) => Ok(None),
            Transport::Http(_) => Err("HTTP mode needs an address to listen on (CANVASS_LISTEN).".to_owned()),
        };
    };
    let listener = TcpListener::bind(listen).await;
    listener.map(Some).map_err(|error| {
        format!("{listen} can't be listened on: {error}. Choose another address in CANVASS_LISTEN.")
    })
}

/// What Slack's requests arrive by, as far as the HTTP server is concerned.
enum Arrivals {
    Sockets(watch::Receiver<slack::socket::Health>),
    Http(Router),
}

/// What the HTTP server answers from.
struct Serving {
    writer: Writer,
    shared: Shared,
    clock: Clock,
    /// What Slack says of the bot token.
    token: watch::Receiver<slack::Standing>,
}

impl Serving {
    fn routes(self, arrivals: Arrivals, keys: &web::webhooks::Keys, feeds: Feeds) -> Router {
        let Self { writer, shared, clock, token } = self;
        let record = pages::recorder(writer.clone(), shared.clone());
        // A signature's time is real, also where the calendar is moved by hand.
        let limits = web::webhooks::Limits::default();
        let pages = web::webhooks::webhooks(keys, &record, &Clock::system(), limits);
        let (state, program) = (writer.clone(), shared.clone());
        let calendars =
            web::feeds(move |token| feeds.text(&program.program(), &state.state(), token, clock.now()));
        let sources = |arriving| {
            let (writer, shared) = (writer.clone(), shared.clone());
            let sources = readiness::Sources { writer, shared, token, arriving };
            move || sources.look()
        };
        let health = match arrivals {
            Arrivals::Sockets(health) => {
                let ready = sources(readiness::Arriving::Sockets(health.clone()));
                web::health(move || well(&writer, &shared, "socket", health.borrow().open), ready)
            }
            Arrivals::Http(routes) => {
                let ready = sources(readiness::Arriving::Http);
                routes.merge(web::health(move || well(&writer, &shared, "http", 0), ready))
            }
        };
        health.merge(pages).merge(calendars)
    }
}

fn well(writer: &Writer, shared: &Shared, transport: &'static str, connections: usize) -> web::Health {
    let state = writer.state();
    web::Health {
        journal: writer.is_open(),
        transport,
        connections,
        head: state.head.0,
        paused: state.paused.is_some() || marks::are_unreadable(&state, &shared.seen()),
        clock: state.clock_off.is_none(),
        configuration: shared.program().digest.to_string(),
    }
}

async fn async_ok(task: impl Future<Output = ()> + Send) -> Result<(), String> {
    task.await;
    Ok(())
}

/// Runs `task` until it ends or the service stops.
async fn until(
    mut stopping: watch::Receiver<bool>,
    task: impl Future<Output = Result<(), String>> + Send,
) -> Result<(), String> {
    tokio::select! {
        biased;
        _ = stopping.wait_for(|stop| *stop) => Ok(()),
        ended = task => ended,
    }
}

/// Waits until a task fails; one that merely ends is no reason to stop.
async fn first_failure(tasks: &mut JoinSet<Result<(), String>>) -> String {
    loop {
        match tasks.join_next().await {
            Some(Ok(Err(sentence))) => return sentence,
            Some(Err(error)) => return format!("A part of the service broke off: {error}."),
            Some(Ok(Ok(()))) => {}
            None => return std::future::pending().await,
        }
    }
}

/// Returns when the process is asked to stop.
pub(crate) async fn interrupted() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut term), Ok(mut int)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        tracing::warn!("can't listen for SIGTERM; only SIGKILL stops this process");
        return std::future::pending().await;
    };
    tokio::select! {
        biased;
        _ = term.recv() => {}
        _ = int.recv() => {}
    }
}

/// Answers the reading subcommands of other processes.
#[derive(Clone)]
struct Answering {
    shared: Shared,
    writer: Writer,
    clock: Clock,
    reader: ReadHandle,
    marking: Marking,
    runtime: tokio::runtime::Handle,
}

impl Answering {
    fn answer(&self, query: &Query, out: &mut dyn Write) -> Result<(), String> {
        if let Query::Forget { person, sure } = query {
            let Self { shared, writer, clock, reader: records, marking, runtime } = self;
            let forgetting = forget::Forgetting { writer, records, marking, shared, clock };
            return write_out(&runtime.block_on(forgetting.forget(person, *sure))?, out);
        }
        if *query == Query::Export {
            return export(&self.reader, out);
        }
        let (program, seen) = (self.shared.program(), self.shared.seen());
        // A copy, so that a long answer doesn't keep the writer from publishing.
        let state = self.writer.state().clone();
        let view = View { program: &program, state: &state, seen: &seen, now: self.clock.now() };
        write_out(&answer::answer(view, query)?, out)
    }
}

fn export(reader: &ReadHandle, out: &mut dyn Write) -> Result<(), String> {
    journal::export(reader, out).map(|_| ()).map_err(|error| format!("The export failed: {error}."))
}

fn write_out(text: &str, out: &mut dyn Write) -> Result<(), String> {
    out.write_all(text.as_bytes()).map_err(|error| format!("The answer could not be written: {error}."))
}
