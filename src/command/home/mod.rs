//! App Home: what is asked of a person and what they answered; for an advocate, what to do next.
//!
//! Invariant: pure, like every decision, but it records nothing: a page is composed from what is on
//! record whenever it is shown. A stakeholder's page names nobody's answer but their own (rule R7); every
//! other page shows only the initiatives whose answers its reader may see. No page is longer than Slack
//! takes: what may grow is turned page by page.

mod coverage;
mod first;
mod lists;
mod mine;
mod queue;
mod turn;
mod week;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::questions::Library;
use super::{Request, Scene};
use crate::domain::changes::overseen;
use crate::domain::directory::Person;
use crate::domain::ids::{PersonId, SlackUserId};
use crate::domain::initiative::Initiative;
use crate::domain::message::{Action, Button, Home, Look, Page, Paragraph, Part, Span};
use crate::domain::observation::Observations;
use crate::domain::program::Program;
use crate::domain::state::State;
use crate::domain::survey::{Standings, Survey};
use crate::message;
use crate::plan::{Planned, Queue};

/// Whether `actor` has pages of an advocate, for which the coming week has to be known.
pub fn oversees(program: &Program, state: &State, actor: &SlackUserId) -> bool {
    program.human(state, actor).is_some_and(|person| overseen(program, &person.id).next().is_some())
}

/// What is worked out once for all advocates who look; it matters to them only.
#[derive(Debug, Clone, Copy)]
pub struct Ahead<'a> {
    /// How all initiatives stand.
    pub standings: &'a Standings,
    /// What goes out in the coming week.
    pub coming: &'a [Planned],
    /// What waits for approval.
    pub queue: &'a Queue,
}

/// The page of `actor`.
pub fn home(
    program: &Program,
    state: &State,
    seen: &Observations,
    ahead: Ahead<'_>,
    actor: &SlackUserId,
    page: &Page,
    now: Timestamp,
) -> Home {
    let scene = Scene { program, state, seen, now, library: Library::Here };
    let Some(reader) = scene.actor(actor) else {
        let sentence = scene.stranger(actor, &Request::OpenHome { page: Page::First });
        return Home { page: Page::First, parts: vec![said(sentence)] };
    };
    let zone = program.zone_of(reader, seen.zone(&reader.id));
    let overseen: Vec<&Initiative> = overseen(program, &reader.id).collect();
    let today = zone.to_datetime(now).date();
    let desk = Desk { scene, reader, zone, today, overseen, ahead };
    let page = desk.allowed(page);
    let parts = match &page {
        Page::First if desk.overseen.is_empty() => mine::page(&desk),
        Page::First => first::page(&desk),
        Page::Mine => [desk.ways(&page), mine::page(&desk)].concat(),
        Page::Initiatives { from } => lists::initiatives(&desk, *from),
        Page::Coverage { initiative, from } => coverage::page(&desk, initiative, *from),
        Page::Queue { from } => queue::page(&desk, *from),
        Page::Week { from } => week::page(&desk, *from),
        Page::Questions { from } => lists::questions(&desk, *from),
        Page::Gaps { from } => lists::gaps(&desk, *from),
    };
    Home { page, parts }
}

/// Everything that a page is composed from.
struct Desk<'a> {
    scene: Scene<'a>,
    reader: &'a Person,
    zone: &'a TimeZone,
    /// The reader's date.
    today: Date,
    /// The initiatives whose answers the reader may see.
    overseen: Vec<&'a Initiative>,
    ahead: Ahead<'a>,
}

impl<'a> Desk<'a> {
    /// The page, if the reader may see it; otherwise their first one.
    fn allowed(&self, page: &Page) -> Page {
        let theirs = match page {
            Page::First => true,
            Page::Mine => !self.overseen.is_empty() && self.is_stakeholder(),
            Page::Coverage { initiative, .. } => self.overseen.iter().any(|of| of.id == *initiative),
            Page::Initiatives { .. }
            | Page::Queue { .. }
            | Page::Week { .. }
            | Page::Questions { .. }
            | Page::Gaps { .. } => !self.overseen.is_empty(),
        };
        if theirs { page.clone() } else { Page::First }
    }

    /// Whether anything is argued to the reader.
    fn is_stakeholder(&self) -> bool {
        let program = self.scene.program;
        let argued = |of: &&Initiative| !of.withdrawn && program.stakeholder(of, self.reader).is_some();
        program.initiatives.iter().any(|initiative| argued(&initiative))
    }

    /// The ways to the other pages.
    fn ways(&self, at: &Page) -> Vec<Part> {
        let mut buttons = Vec::new();
        let mut way = |label: &str, page: Page| {
            if std::mem::discriminant(&page) != std::mem::discriminant(at) {
                buttons.push(plain(label, Action::Turn { page }));
            }
        };
        way("Overview", Page::First);
        if queue::waits(self) {
            way("To approve", Page::Queue { from: 0 });
        }
        way("This week", Page::Week { from: 0 });
        way("Questions", Page::Questions { from: 0 });
        way("Left out", Page::Gaps { from: 0 });
        if self.is_stakeholder() {
            way("Asked of me", Page::Mine);
        }
        vec![Part::Row { about: None, text: Paragraph::default(), buttons }]
    }

    /// How everything that the reader oversees stands.
    fn survey(&self, conversations: usize) -> Survey<'a> {
        let program = self.scene.program;
        let oversees = |of: &Initiative| !of.withdrawn && program.sees_answers(&self.reader.id, of);
        self.ahead.standings.survey(program, oversees, conversations)
    }

    /// The place of an initiative in the advocate's order.
    fn rank(&self, of: &Initiative) -> Option<usize> {
        self.scene.program.initiatives.iter().position(|initiative| initiative.id == of.id)
    }

    fn initiative(&self, id: &crate::domain::ids::InitiativeId) -> Option<&'a Initiative> {
        self.overseen.iter().find(|initiative| initiative.id == *id).copied()
    }

    /// "Monday 7 December", with the year where it isn't this one or the next.
    fn day(&self, day: Date) -> String {
        let plain = day.strftime("%A %-d %B").to_string();
        let near = (self.today.year()..=self.today.year() + 1).contains(&day.year());
        if near { plain } else { format!("{plain} {}", day.year()) }
    }

    fn day_of(&self, at: Timestamp) -> String {
        self.day(self.zone.to_datetime(at).date())
    }

    /// "**Ana Souza** (product manager, Checkout)" and what follows.
    fn person(&self, id: &PersonId, rest: &str) -> Paragraph {
        let (name, role) = message::named(self.scene.program, id);
        Paragraph(vec![Span::Strong(name), Span::Text(format!("{role}{rest}"))])
    }
}

fn said(text: impl Into<String>) -> Part {
    Part::Paragraph(Paragraph::text(text))
}

fn small(text: impl Into<String>) -> Part {
    Part::Small(Paragraph::text(text))
}

fn heading(text: impl Into<String>) -> Part {
    Part::Heading(text.into())
}

fn row(text: Paragraph, buttons: Vec<Button>) -> Part {
    Part::Row { about: None, text, buttons }
}

fn plain(label: &str, action: Action) -> Button {
    Button { label: label.to_owned(), action, look: Look::Plain }
}
