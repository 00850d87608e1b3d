//! `canvass.toml`: the workspace, the planning calendar, the cadence, the limits, the office hours.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::office_hours::OfficeHours;
use crate::config::read::{List, Maybe, Must, Named, Written, table};
use crate::config::word::{BotName, Command, Expiry, FromStart, Gap, Holiday, Month};
use crate::domain::calendar::{Anchor, Quarter};
use crate::domain::engagement::{Audience, Touch};
use crate::domain::event::Stage;
use crate::domain::hours::SendHours;
use crate::domain::ids::{InitiativeId, PersonId};
use crate::domain::schedule::Schedule;

table! {
    /// The advocate's own settings: when messages go, to whom, and how often.
    Canvass {
        /// The Slack workspace.
        workspace: Maybe<Workspace>,
        /// The company's planning calendar.
        calendar: Must<Calendar>,
        /// The planned messages, by touch; a touch that is left out is not sent.
        #[schemars(default)]
        cadence: Named<Touch, TouchRule>,
        /// How much nudging a person bears.
        limits: Maybe<Limits>,
        /// What advocates are told regularly.
        digest: Maybe<Digest>,
        /// Which messages wait for an advocate's approval.
        approval: Maybe<Approval>,
        /// How far a campaign goes until an advocate moves it.
        stage: Maybe<StagedStart>,
        /// How long what people write is kept.
        privacy: Maybe<Privacy>,
        /// How evidence is treated.
        evidence: Maybe<Evidence>,
        /// The initiatives in the advocate's order: where several are due for a person, the first goes
        /// first. Those left out follow in the order of their ids.
        #[schemars(default)]
        order: List<InitiativeId>,
        /// When advocates are there to talk, a table a host.
        #[schemars(default)]
        office_hours: List<OfficeHours>,
    }
}

table! {
    /// The Slack workspace.
    Workspace {
        /// The slash command, with its slash; `/canvass` if left out.
        command: Maybe<Command>,
        /// What the bot is called in Slack; `Canvass` if left out.
        bot_name: Maybe<BotName>,
        /// People who see everybody's answers on everything.
        #[schemars(default)]
        admins: List<PersonId>,
        /// Whether people who are found by their e-mail address may be guests of the workspace; `false` if left
        /// out. Whoever is named by their Slack id may be one in any case.
        guests: Maybe<bool>,
    }
}

table! {
    /// The company's planning calendar.
    Calendar {
        /// The IANA zone in which windows open and freeze.
        zone: Must<TimeZone>,
        /// The month in which fiscal years start; `January` if left out. A fiscal year is named after
        /// the calendar year in which it ends.
        fiscal_year_starts: Maybe<Month>,
        /// When a quarter's planning opens, counted from its first day, such as `starts - 18d`.
        opens: Must<FromStart>,
        /// When it freezes, such as `starts + 14d 17:00`; at 17:00 unless a time is written.
        freezes: Must<FromStart>,
        /// Quarters whose window has dates of its own; they win over `opens` and `freezes`.
        #[schemars(default)]
        windows: Named<Quarter, Window>,
        /// Company holidays: days, several days, or the paths of .ics files in this folder.
        #[schemars(default)]
        holidays: List<Holiday>,
    }
}

table! {
    /// The planning window of one quarter.
    Window {
        /// Its first day.
        opens: Must<Date>,
        /// Its last day.
        freezes: Must<Date>,
    }
}

table! {
    /// When one touch is due, and for whom.
    TouchRule {
        /// The first day (and time, if written), counted from the planning window.
        at: Must<Anchor>,
        /// From when on it is not sent any more; the freeze if left out.
        until: Maybe<Anchor>,
        /// Who gets it; everybody if left out (for `last_call`: product and engineering managers).
        #[schemars(default)]
        audiences: List<Audience>,
        /// When it recurs between `at` and `until`, as a cron expression with seconds first and
        /// weekdays by name, in the recipient's zone.
        schedule: Written<Schedule>,
    }
}

table! {
    /// How much nudging a person bears, across all initiatives together.
    Limits {
        /// When people may be written to, in their own zone, between 07:00 and 20:00; `Mon-Fri 09:00-17:00` if left
        /// out. A site may have its own.
        hours: Maybe<SendHours>,
        /// Most campaign messages to a person in any seven days, 5 at most; 2 if left out.
        per_week: Maybe<u32>,
        /// Shortest time between two campaign messages to a person, `24h` at least; `48h` if left out.
        gap: Maybe<Gap>,
        /// Most of pitch, reminder and last call together, per initiative and quarter; 3 at most.
        asks: Maybe<u32>,
        /// Most campaign messages in an hour, to all people together, 3600 at most; 60 if left out.
        burst_per_hour: Maybe<u32>,
        /// Largest share of a team's capacity that a quarter's asks may take; 0.2 if left out.
        capacity_share: Maybe<f64>,
    }
}

table! {
    /// What advocates are told regularly: what changed, what is missing, whom to talk to next.
    Digest {
        /// When, in the advocate's zone, as a cron expression with seconds first and weekdays by name,
        /// such as `0 0 9 * * Mon`. Nothing is sent when nothing changed.
        schedule: Written<Schedule>,
    }
}

table! {
    /// Which messages wait for an advocate's approval before they go.
    Approval {
        /// Those to these audiences; `["executive"]` if left out, `[]` for none.
        audiences: Maybe<List<Audience>>,
        /// Whether everything of the first campaign waits: while nothing was sent for an earlier quarter;
        /// `true` if left out.
        first_campaign: Maybe<bool>,
    }
}

table! {
    /// A campaign that goes to its advocates first, then to three people, then to all.
    StagedStart {
        /// `rehearsal`, `few` or `all`; `all` if left out. `/canvass stage` moves it.
        start: Maybe<Stage>,
    }
}

table! {
    /// How long what people write is kept.
    Privacy {
        /// When people's words can't be read any more: `after 4 quarters` that follow the one in which they
        /// were written, which is what holds if it is left out, or another number of them, or `never`. What
        /// is counted stays, and words of open questions and bookings to come do.
        words_expire: Maybe<Expiry>,
    }
}

table! {
    /// How evidence is treated.
    Evidence {
        /// How many days after its reading a figure is called old; 60 if left out.
        stale_after_days: Maybe<u32>,
    }
}
