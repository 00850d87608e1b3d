//! Organisations of any size, written as the configuration files that a user would write.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use canvass::config;
use canvass::domain::calendar::Quarter;
use canvass::domain::ids::{InitiativeId, PersonId, SlackChannelId, SlackUserId, TeamId};
use canvass::domain::program::Program;
use jiff::ToSpan;
use jiff::civil::Date;

/// People in a team: a product manager, two engineering managers, and engineers.
const TEAM: usize = 50;

/// Sites are handed out in turn.
const ZONES: [&str; 8] = [
    "Europe/Lisbon",
    "Europe/Berlin",
    "America/Chicago",
    "America/New_York",
    "America/Los_Angeles",
    "Asia/Kolkata",
    "Asia/Tokyo",
    "Australia/Sydney",
];

/// Which planned messages there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Touches {
    /// All five.
    Five,
    /// The pitch alone.
    Pitch,
}

/// An organisation in which every team is asked by every initiative.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Organisation {
    pub(crate) people: usize,
    pub(crate) initiatives: usize,
    pub(crate) touches: Touches,
    /// Everybody in one zone, so that everything comes due at once; else the world over.
    pub(crate) one_zone: bool,
    /// The day on which planning opens; it freezes four weeks later.
    pub(crate) opens: Date,
}

impl Organisation {
    pub(crate) fn teams(&self) -> usize {
        self.people.div_ceil(TEAM)
    }

    /// The quarter that is planned.
    pub(crate) fn quarter(&self) -> Quarter {
        let starts = self.opens + 4.weeks();
        format!("{}-Q{}", starts.year(), (starts.month() - 1) / 3 + 1).parse().unwrap()
    }

    /// Writes the files into `folder` and reads them as the program does.
    pub(crate) fn write(&self, folder: &Path) -> Program {
        fs::create_dir_all(folder.join("initiatives")).unwrap();
        fs::write(folder.join("canvass.toml"), self.canvass()).unwrap();
        fs::write(folder.join("people.toml"), self.directory()).unwrap();
        for number in 0..self.initiatives {
            let path = folder.join("initiatives").join(format!("{}.toml", initiative(number)));
            fs::write(path, self.initiative()).unwrap();
        }
        match config::load(folder) {
            Ok(loaded) => loaded.program,
            Err(faults) => panic!("{}", faults.draw(config::Paint::Plain)),
        }
    }

    fn canvass(&self) -> String {
        let (opens, freezes) = (self.opens, self.opens + 4.weeks());
        let mut text = format!(
            "[calendar]\nzone = 'Europe/Lisbon'\nopens = 'starts - 18d'\nfreezes = 'starts + 14d'\n\
             [calendar.windows.{}]\nopens = {opens}\nfreezes = {freezes}\n\
             [approval]\naudiences = []\nfirst_campaign = false\n\n[limits]\nburst_per_hour = 3600\n\
             [cadence.pitch]\nat = 'opens - 2w'\nuntil = 'freezes - 6wd'\n",
            self.quarter()
        );
        if self.touches == Touches::Five {
            text.push_str(
                "[cadence.heads_up]\nat = 'opens - 4w'\nuntil = 'opens - 2w'\n\
                 [cadence.reminder]\nat = 'opens'\nuntil = 'freezes - 6wd'\nschedule = '0 0 10 * * Tue,Thu'\n\
                 [cadence.last_call]\nat = 'freezes - 6wd'\nuntil = 'freezes - 2wd'\n\
                 audiences = ['product', 'engineering_manager']\n\
                 [cadence.follow_up]\nat = 'freezes + 3wd'\nuntil = 'freezes + 15wd'\n",
            );
        }
        let weekday = self.opens.strftime("%a");
        writeln!(text, "[[office_hours]]\nhost = 'priya'\nweekly = ['{weekday} 15:00-15:30']").unwrap();
        text
    }

    fn directory(&self) -> String {
        let mut text = String::new();
        for (number, zone) in ZONES.iter().enumerate() {
            writeln!(text, "[sites.site-{number}]\nzone = '{zone}'").unwrap();
        }
        for number in 0..self.teams() {
            let id = team(number);
            writeln!(text, "[teams.{id}]\nname = 'Team {number}'\ncapacity_days = 3000").unwrap();
        }
        writeln!(text, "[people.priya]\nname = 'Priya Raman'\nslack = 'UADVOCATE'\nsite = 'site-0'").unwrap();
        for number in 0..self.people {
            let audience = match number % TEAM {
                0 => "product",
                1 | 2 => "engineering_manager",
                _ => "engineer",
            };
            let site = if self.one_zone { 0 } else { number % ZONES.len() };
            writeln!(
                text,
                "[people.{}]\nname = 'Person {number}'\nslack = '{}'\naudiences = ['{audience}']\n\
                 teams = ['{}']\nsite = 'site-{site}'",
                person(number),
                slack(number),
                self.team_of(number),
            )
            .unwrap();
        }
        text
    }

    fn initiative(&self) -> String {
        let read_on = self.opens - 5.weeks();
        let counted = self.opens - 12.weeks();
        let mut text = format!(
            "title = 'Restores that were practised'\n\
             problem = 'We copy our data every night and have never practised putting it back.'\n\
             quarter = '{}'\nadvocates = ['priya']\n\
             [design]\nurl = 'https://wiki.example.com/design/restore-drills'\n",
            self.quarter()
        );
        for (figure, value, unit, measure) in [
            ("untried", 12, "backups that nobody has ever restored", "other"),
            ("tickets", 73, "tickets from merchants without reports", "tickets"),
            ("pages", 19, "pages for failed backups", "pages"),
        ] {
            writeln!(
                text,
                "[figures.{figure}]\nvalue = {value}\nunit = '{unit}'\nsays = 'Counted by hand.'\n\
                 period = '{counted}..{read_on}'\nsource = 'Inventory'\nread_on = {read_on}\n\
                 basis = 'measured'\nmeasure = '{measure}'"
            )
            .unwrap();
        }
        for (step, title) in [("list", "a written order of restores"), ("drill", "one practised restore")] {
            writeln!(
                text,
                "[steps.{step}]\ntitle = '{title}'\neffort_days = 2\nshare = 0.3\n\
                 metric = 'hours without data'\nestimate = {{ by = 'Priya Raman', on = {read_on} }}"
            )
            .unwrap();
        }
        for number in 0..self.teams() {
            writeln!(
                text,
                "[asks.{}]\nwhat = 'plan one practised restore'\ndecider = '{}'\n\
                 steps = ['list', 'drill']\nfirst_step = 'drill'\nsmallest_step = 'list'\nreview_by = {}",
                team(number),
                person(number * TEAM + 1),
                self.opens + 3.weeks(),
            )
            .unwrap();
        }
        for (audience, figure) in
            [("product", "tickets"), ("engineering_manager", "pages"), ("engineer", "untried")]
        {
            writeln!(
                text,
                "[words.{audience}]\nlead = 'We counted {{{{ figure.{figure} }}}}.'\n\
                 left_alone = 'Left alone, the first restore is the real one.'\n\
                 mechanism = 'Proposal: restore one backup into an empty account.'\n\
                 gain = 'After one drill, a loss is a checklist.'"
            )
            .unwrap();
        }
        writeln!(text, "[[news]]\non = {}\nsays = 'New: an account for the drill is ready.'", self.opens)
            .unwrap();
        text
    }

    /// The team of a person.
    pub(super) fn team_of(&self, number: usize) -> TeamId {
        team(number / TEAM)
    }
}

fn team(number: usize) -> TeamId {
    TeamId::parse(&format!("team-{number}")).unwrap()
}

pub(super) fn initiative(number: usize) -> InitiativeId {
    InitiativeId::parse(&format!("initiative-{number}")).unwrap()
}

pub(super) fn person(number: usize) -> PersonId {
    PersonId::parse(&format!("person-{number:05}")).unwrap()
}

pub(super) fn slack(number: usize) -> SlackUserId {
    SlackUserId::parse(&format!("U{number:09}")).unwrap()
}

pub(super) fn channel(number: usize) -> SlackChannelId {
    SlackChannelId::parse(&format!("D{number:09}")).unwrap()
}
