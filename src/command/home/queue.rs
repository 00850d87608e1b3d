//! What waits for an advocate's word: messages to approve, and campaigns that don't go to everybody yet.

use jiff::{SignedDuration, Timestamp};

use super::turn::leaf;
use super::{Desk, heading, plain, row, said, small};
use crate::command::approval;
use crate::domain::event::Stage;
use crate::domain::initiative::Initiative;
use crate::domain::message::{Action, Button, Look, Page, Paragraph, Part, Span};
use crate::message::{self, Queued};
use crate::plan;

/// Entries of a page: with the line above the first of its initiative each takes four blocks at most.
const ENTRIES: usize = 15;
/// Entries that the overview shows.
const FIRST: usize = 3;

/// How long it is told what nobody approved in time.
const LAPSED_WITHIN: SignedDuration = SignedDuration::from_hours(24 * 7);

/// Something that waits.
enum Entry<'a> {
    /// A campaign that goes to its advocates or to a few people.
    Staged(&'a Initiative, Stage),
    /// A message, and where its initiative's queue is.
    Message(usize, Queued),
}

/// The queue of one initiative.
struct Group<'a> {
    initiative: &'a Initiative,
    waiting: Vec<Queued>,
    /// How many of it one click approves: those due soon.
    soon: usize,
}

pub(super) fn page(desk: &Desk<'_>, from: usize) -> Vec<Part> {
    let page = |from| Page::Queue { from };
    let mut parts = desk.ways(&page(0));
    let groups = groups(desk);
    let entries = entries(desk, &groups);
    parts.push(heading(title(&groups)));
    if entries.is_empty() {
        parts.push(said("Everything that is planned goes by itself in its time."));
    }
    parts.extend(lapsed(desk));
    let (shown, turn) = leaf(&entries, from, ENTRIES, page);
    parts.extend(drawn(desk, &groups, shown));
    parts.extend(turn);
    parts.push(small("Without your approval a message doesn't go. What you hold stands under This week."));
    parts
}

/// The first few, for the overview.
pub(super) fn glance(desk: &Desk<'_>) -> Vec<Part> {
    let groups = groups(desk);
    let entries = entries(desk, &groups);
    let lapsed = lapsed(desk);
    if entries.is_empty() && lapsed.is_empty() {
        return Vec::new();
    }
    let mut parts = vec![heading(title(&groups))];
    parts.extend(lapsed);
    parts.extend(drawn(desk, &groups, entries.get(..FIRST).unwrap_or(&entries)));
    if entries.len() > FIRST {
        let label = format!("See all {}", entries.len());
        let page = Page::Queue { from: 0 };
        parts.push(row(Paragraph::default(), vec![plain(&label, Action::Turn { page })]));
    }
    parts
}

/// What came to nothing within a week, since nobody approved it in time.
fn lapsed(desk: &Desk<'_>) -> Vec<Part> {
    let now = desk.scene.now;
    let since = now.checked_sub(LAPSED_WITHIN).unwrap_or(Timestamp::MIN);
    let ranks = desk.overseen.iter().filter_map(|of| desk.rank(of));
    match ranks.map(|rank| desk.ahead.queue.lapsed(rank, since, now)).sum() {
        0 => Vec::new(),
        lapsed => vec![said(format!("Within the last seven days: {}", message::lapsed(lapsed)))],
    }
}

/// Whether anything waits.
pub(super) fn waits(desk: &Desk<'_>) -> bool {
    desk.overseen.iter().any(|of| staged(desk, of).is_some() || waiting(desk, of).next().is_some())
}

fn title(groups: &[Group<'_>]) -> String {
    match groups.iter().map(|group| group.waiting.len()).sum() {
        0 => "No message waits for your approval".to_owned(),
        1 => "1 message waits for your approval".to_owned(),
        more => format!("{more} messages wait for your approval"),
    }
}

/// What waits of an initiative, soonest first.
fn waiting<'a>(desk: &'a Desk<'_>, of: &Initiative) -> impl Iterator<Item = Queued> + 'a {
    let queued = desk.rank(of).into_iter().flat_map(|rank| desk.ahead.queue.of(rank));
    queued.filter(|waiting| desk.scene.now < waiting.expires).map(approval::queued)
}

/// What waits by initiative, the one with the soonest message first.
fn groups<'a>(desk: &Desk<'a>) -> Vec<Group<'a>> {
    let scene = desk.scene;
    let until = plan::review_horizon(scene.program, scene.seen, &desk.reader.id, scene.now);
    let is_soon = |due: Timestamp| until.is_none_or(|until| due < until);
    let mut groups: Vec<Group<'_>> = desk
        .overseen
        .iter()
        .map(|of| {
            let waiting: Vec<Queued> = waiting(desk, of).collect();
            let soon = waiting.iter().take_while(|queued| is_soon(queued.due)).count();
            Group { initiative: of, waiting, soon }
        })
        .filter(|group| !group.waiting.is_empty())
        .collect();
    groups.sort_by_key(|group| group.waiting.first().map(|first| first.due));
    groups
}

fn entries<'a>(desk: &Desk<'a>, groups: &[Group<'a>]) -> Vec<Entry<'a>> {
    let staged = desk.overseen.iter().filter_map(|of| Some(Entry::Staged(of, staged(desk, of)?)));
    let messages = groups
        .iter()
        .enumerate()
        .flat_map(|(at, group)| group.waiting.iter().map(move |queued| Entry::Message(at, queued.clone())));
    staged.chain(messages).collect()
}

/// How far a campaign goes, if it doesn't go to everybody and its plans aren't frozen.
fn staged(desk: &Desk<'_>, of: &Initiative) -> Option<Stage> {
    let scene = desk.scene;
    let campaign = scene.state.campaign(&of.id, of.quarter);
    let over = campaign.is_some_and(|campaign| campaign.recalled.is_some())
        || scene.program.window(of.quarter).is_none_or(|window| window.freezes <= scene.now);
    match approval::stage(scene, of) {
        stage @ (Stage::Rehearsal | Stage::Few) if !over => Some(stage),
        Stage::Rehearsal | Stage::Few | Stage::All => None,
    }
}

/// Entries with a line above the messages of each initiative.
fn drawn(desk: &Desk<'_>, groups: &[Group<'_>], shown: &[Entry<'_>]) -> Vec<Part> {
    let scene = desk.scene;
    let (mut parts, mut above) = (Vec::new(), None);
    for entry in shown {
        match entry {
            Entry::Staged(of, stage) => parts.push(move_on(of, *stage)),
            Entry::Message(at, queued) => {
                if above != Some(*at) {
                    above = Some(*at);
                    parts.extend(groups.get(*at).map(|group| head(desk, group)));
                }
                let text = message::line(scene.program, scene.state, scene.seen, queued, scene.now);
                parts.push(row(text, message::decisions(&queued.delivery)));
            }
        }
    }
    parts
}

/// A campaign's stage, and the ones after it.
fn move_on(of: &Initiative, stage: Stage) -> Part {
    let to = |stage| Action::Advance { initiative: of.id.clone(), stage };
    let three = plain("Send to three people", to(Stage::Few));
    let all = plain("Send to all", to(Stage::All));
    let (says, buttons) = match stage {
        Stage::Rehearsal => {
            (" is in rehearsal: its messages come to its advocates, and to nobody else.", vec![three, all])
        }
        Stage::Few => (" goes to the first three people; everybody else's messages wait.", vec![all]),
        Stage::All => (" goes to everybody.", Vec::new()),
    };
    row(Paragraph(vec![Span::Strong(of.title.clone()), Span::Text(says.to_owned())]), buttons)
}

/// "**Payment deadlines** · 12 wait, 4 of them for the next two working days", with what approves those.
fn head(desk: &Desk<'_>, group: &Group<'_>) -> Part {
    let (all, soon) = (group.waiting.len(), group.soon);
    let wait = if all == 1 { "1 waits".to_owned() } else { format!("{all} wait") };
    let (says, label) = match soon {
        0 => (format!("{wait}, none for the next two working days"), None),
        1 if all == 1 => (wait, Some("Approve it".to_owned())),
        1 => (format!("{wait}, 1 for the next two working days"), Some("Approve that one".to_owned())),
        _ if soon == all => (wait, Some(format!("Approve all {soon}"))),
        _ => (format!("{wait}, {soon} for the next two working days"), Some(format!("Approve those {soon}"))),
    };
    let listed = group.waiting.get(..soon).unwrap_or_default();
    let action = message::approve_all(group.initiative, listed);
    let buttons = label.map(|label| Button { label, action, look: Look::Primary });
    let scene = desk.scene;
    let until = plan::review_horizon(scene.program, scene.seen, &desk.reader.id, scene.now);
    let queue = message::Queue { initiative: &group.initiative.id, waiting: &group.waiting, until };
    let more = [message::ends(&queue, desk.zone), message::crowded(&group.waiting)].into_iter().flatten();
    let more: Vec<String> = more.collect();
    let more = if more.is_empty() { String::new() } else { format!(". {}", more.join(" ")) };
    let text = vec![Span::Strong(group.initiative.title.clone()), Span::Text(format!(" · {says}{more}"))];
    row(Paragraph(text), buttons.into_iter().collect())
}
