//! The organisation as its humans know it, and the configuration files that say so, rightly or wrongly.

use std::fmt::Write;

use super::dice::Dice;
use crate::config::Files;

/// A human, by number: whatever they are called, it is the same one.
pub(super) type Human = usize;

/// How somebody is written down in `people.toml`.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) human: Human,
    pub(super) id: String,
    pub(super) was: Vec<String>,
    pub(super) name: String,
    /// A Slack id; else the mail address counts.
    pub(super) slack: Option<String>,
    pub(super) email: String,
    pub(super) audience: Option<&'static str>,
    pub(super) team: Option<&'static str>,
    pub(super) zone: Option<&'static str>,
    pub(super) leave: Option<String>,
}

/// An initiative, by number.
#[derive(Debug, Clone)]
pub(super) struct Proposal {
    pub(super) number: usize,
    pub(super) id: String,
    pub(super) was: Vec<String>,
    pub(super) title: &'static str,
    pub(super) advocate: Human,
    pub(super) teams: &'static [&'static str],
}

/// What the files say.
#[derive(Debug, Clone)]
pub(super) struct Organisation {
    pub(super) entries: Vec<Entry>,
    pub(super) proposals: Vec<Proposal>,
    /// How many office hours a week.
    pub(super) hours: usize,
    pub(super) approval: bool,
    /// Breaks the files where it says so.
    pub(super) broken: Option<&'static str>,
    /// So that every edit is one.
    pub(super) edition: u32,
}

/// Who they are: given name, zone, audience, team.
const PEOPLE: [(&str, &str, Option<&str>, Option<&str>); 9] = [
    ("Priya", "Europe/Lisbon", None, None),
    ("Omar", "Europe/Berlin", None, None),
    ("Ana", "Europe/Lisbon", Some("product"), Some("checkout")),
    ("Ben", "America/Chicago", Some("engineering_manager"), Some("checkout")),
    ("Carla", "America/New_York", Some("executive"), None),
    ("Dev", "Asia/Kolkata", Some("engineer"), Some("checkout")),
    ("Eli", "Asia/Tokyo", Some("engineering_manager"), Some("search")),
    ("Fay", "Pacific/Auckland", Some("product"), Some("search")),
    ("Gus", "America/Sao_Paulo", Some("engineer"), Some("search")),
];

pub(super) const HUMANS: usize = PEOPLE.len();

/// The first people are the advocates.
pub(super) const ADVOCATES: usize = 2;

pub(super) fn given_name(human: Human) -> &'static str {
    PEOPLE[human].0
}

pub(super) fn zone(human: Human) -> &'static str {
    PEOPLE[human].1
}

pub(super) fn mail(human: Human) -> String {
    format!("{}@example.com", given_name(human).to_lowercase())
}

/// The account that a human has at first.
pub(super) fn account(human: Human) -> String {
    format!("U{:03}{}", human, given_name(human).to_uppercase())
}

impl Organisation {
    pub(super) fn new(dice: &mut Dice) -> Self {
        let entries = (0..HUMANS).map(|human| {
            let by_id = dice.chance(40);
            let (name, zone, audience, team) = PEOPLE[human];
            Entry {
                human,
                id: name.to_lowercase(),
                was: Vec::new(),
                name: format!("{name} Example"),
                slack: by_id.then(|| account(human)),
                email: mail(human),
                audience,
                team,
                zone: dice.chance(60).then_some(zone),
                leave: None,
            }
        });
        let entries = entries.collect();
        let proposals = vec![
            Proposal {
                number: 0,
                id: "deadlines".to_owned(),
                was: Vec::new(),
                title: "A time limit on payment calls",
                advocate: 0,
                teams: &["checkout", "search"],
            },
            Proposal {
                number: 1,
                id: "switches".to_owned(),
                was: Vec::new(),
                title: "Off switches for risky changes",
                advocate: 1,
                teams: &["checkout"],
            },
        ];
        Self { entries, proposals, hours: dice.below(4), approval: dice.chance(25), broken: None, edition: 0 }
    }

    pub(super) fn entry(&self, human: Human) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.human == human)
    }

    pub(super) fn entry_mut(&mut self, human: Human) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|entry| entry.human == human)
    }

    /// Whether what `proposal` proposes is argued to `human`.
    pub(super) fn is_stakeholder(&self, human: Human, proposal: &Proposal) -> bool {
        let Some(entry) = self.entry(human) else { return false };
        match (entry.audience, entry.team) {
            (Some("executive"), _) => true,
            (Some(_), Some(team)) => proposal.teams.contains(&team),
            _ => false,
        }
    }

    /// The files as they lie on the disk.
    pub(super) fn files(&self) -> Files {
        let mut files = Files::default();
        files.insert("canvass.toml", &self.canvass());
        files.insert("people.toml", &self.people());
        for proposal in &self.proposals {
            files.insert(&format!("initiatives/{}.toml", proposal.id), &self.initiative(proposal));
        }
        if let Some(path) = self.broken {
            let text = files.text(path).unwrap_or_default().to_owned();
            // Half of it is saved.
            let half: String = text.chars().take(text.len() / 2).collect();
            files.insert(path, &format!("{half}\n[unfinished"));
        }
        files
    }

    fn id(&self, human: Human) -> &str {
        self.entry(human).map_or("nobody", |entry| &entry.id)
    }

    fn canvass(&self) -> String {
        let order: Vec<String> = self.proposals.iter().map(|of| format!("{:?}", of.id)).collect();
        let mut text = format!(
            r#"# Edition {}.
order = [{}]

[workspace]
command = "/canvass"
bot_name = "Canvass"
admins = ["{}"]

[calendar]
zone = "Europe/Lisbon"
fiscal_year_starts = "January"
opens = "starts - 18d"
freezes = "starts + 14d 17:00"
holidays = ["2026-12-25 Christmas Day", "2027-01-01 New Year"]

[cadence.heads_up]
at = "opens - 4w"

[cadence.pitch]
at = "opens - 2w"

[cadence.reminder]
at = "opens"
until = "freezes - 4wd"
schedule = "0 0 10 * * Tue,Thu"

[cadence.last_call]
at = "freezes - 4wd"
until = "freezes - 2wd"
audiences = ["product", "engineering_manager"]

[cadence.follow_up]
at = "freezes + 3wd"
until = "freezes + 15wd"

[limits]
hours = "Mon-Fri 09:00-17:00"
per_week = 2
gap = "48h"
asks = 3
capacity_share = 0.4

[digest]
schedule = "0 0 9 * * Mon"

[approval]
audiences = [{}]
first_campaign = false

[stage]
start = "all"

[evidence]
stale_after_days = 60
"#,
            self.edition,
            order.join(", "),
            self.id(0),
            if self.approval { "\"executive\"" } else { "" },
        );
        let weekly = ["Tue 15:00-16:00", "Thu 09:00-11:00", "Mon 09:00-10:00"];
        if 0 < self.hours {
            let weekly: Vec<String> =
                weekly.iter().take(self.hours).map(|hours| format!("{hours:?}")).collect();
            _ = write!(
                text,
                "\n[[office_hours]]\nhost = {:?}\nweekly = [{}]\nminutes = 30\n",
                self.id(0),
                weekly.join(", ")
            );
        }
        text
    }

    fn people(&self) -> String {
        let mut text = String::from(
            "[teams.checkout]\nname = \"Checkout\"\ncapacity_days = 300\n\n[teams.search]\nname = \"Search\"\ncapacity_days = 240\n",
        );
        for entry in &self.entries {
            _ = write!(text, "\n[people.{}]\nname = {:?}\n", entry.id, entry.name);
            match &entry.slack {
                Some(slack) => _ = writeln!(text, "slack = {slack:?}"),
                None => _ = writeln!(text, "email = {:?}", entry.email),
            }
            if !entry.was.is_empty() {
                _ = writeln!(text, "was = {:?}", entry.was);
            }
            if let Some(audience) = entry.audience {
                _ = writeln!(text, "audiences = [{audience:?}]");
            }
            if let Some(team) = entry.team {
                _ = writeln!(text, "teams = [{team:?}]");
            }
            if let Some(zone) = entry.zone {
                _ = writeln!(text, "zone = {zone:?}");
            }
            if let Some(leave) = &entry.leave {
                _ = writeln!(text, "leave = [{leave:?}]");
            }
        }
        text
    }

    fn initiative(&self, proposal: &Proposal) -> String {
        let was = match proposal.was.is_empty() {
            true => String::new(),
            false => format!("was = {:?}\n", proposal.was),
        };
        let mut text = format!(
            r#"title = "{}"
problem = "When the payment provider is slow, the checkout waits with it."
quarter = "2027-Q1"
advocates = ["{}"]
{was}
[figures.pages]
value = 37
unit = "payment pages"
says = "Pages from the payment alerts."
period = "2026-07-01..2026-09-30"
source = "PagerDuty"
read_on = 2026-11-12
basis = "measured"
measure = "pages"

[figures.exposed]
value = 210000
unit = "USD of orders at risk"
says = "Orders started and not finished."
period = "2026-07-01..2026-09-30"
source = "Order history"
read_on = 2026-11-12
basis = "estimated"
estimate = {{ by = "Priya", on = 2026-11-03 }}
measure = "money"

[steps.cards]
title = "a time limit on card payments"
effort_days = 4
share = 0.45
metric = "payment incidents"
estimate = {{ by = "Priya", on = 2026-11-03 }}

[steps.wallets]
title = "the same limit on wallets"
effort_days = 5
share = 0.2
metric = "payment incidents"
after = ["cards"]
estimate = {{ by = "Priya", on = 2026-11-03 }}
"#,
            proposal.title,
            self.id(proposal.advocate),
        );
        for team in proposal.teams {
            let decider = self
                .entries
                .iter()
                .find(|entry| entry.team == Some(team) && entry.audience == Some("product"))
                .map_or_else(String::new, |entry| format!("decider = {:?}\n", entry.id));
            _ = write!(
                text,
                "\n[asks.{team}]\nwhat = \"plan a time limit on card payments\"\n{decider}steps = [\"cards\", \"wallets\"]\nfirst_step = \"cards\"\nreview_by = 2027-01-06\nrequired = [\"product\", \"engineering_manager\"]\n",
            );
        }
        text.push_str(WORDS);
        text
    }
}

const WORDS: &str = r#"
[words.product]
lead = "Payments paged us {{ figure.pages }} times {{ period.pages }}."
left_alone = "I expect the same in Q1."
mechanism = "When the provider is slow, we wait with it."

[words.engineering_manager]
lead = "Payments paged you {{ figure.pages }} times."
left_alone = "I expect the same in Q1."
mechanism = "When the provider is slow, we wait until somebody is woken."

[words.executive]
lead = "Hanging payments put {{ figure.exposed }} of orders at risk."
left_alone = "That exposure stays."
mechanism = "When our provider is slow, our customers wait with it."

[words.engineer]
lead = "Payments paged you {{ figure.pages }} times."
left_alone = "They keep paging."
mechanism = "Proposal: a deadline on each call."

[[news]]
on = 2026-12-11
says = "New: the provider confirmed the limit."

[[news]]
on = 2026-12-28
says = "New: it happened again."

[faq.cost]
question = "What does it cost?"
also = ["how expensive"]
answer = "About {{ figure.pages }} pages a quarter."

[faq.why-now]
question = "Why now?"
answer = "Plans freeze in January."
"#;
