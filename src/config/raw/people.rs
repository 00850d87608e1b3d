//! `people.toml`: sites, teams and people.

use jiff::tz::TimeZone;

use crate::config::read::{List, Maybe, Must, Named, Written, table};
use crate::config::word::{Email, Holiday};
use crate::domain::engagement::Audience;
use crate::domain::hours::SendHours;
use crate::domain::ids::{PersonId, SiteId, SlackUserId, TeamId};

table! {
    /// The organization: its sites, teams and people.
    Directory {
        /// Places whose zone and holidays people share, by id.
        #[schemars(default)]
        sites: Named<SiteId, Site>,
        /// Teams whose backlog work is asked into, by id.
        #[schemars(default)]
        teams: Named<TeamId, Team>,
        /// People who may be written to, or who advocate, by id.
        #[schemars(default)]
        people: Named<PersonId, Person>,
    }
}

table! {
    /// A place whose zone, hours and holidays people share.
    Site {
        /// The IANA zone of its people, unless they have their own.
        zone: Maybe<TimeZone>,
        /// When its people may be written to, such as `Sun-Thu 09:00-17:00`, between 07:00 and 20:00; the company's
        /// if left out.
        hours: Maybe<SendHours>,
        /// Its holidays: days, several days, or the paths of .ics files in this folder.
        #[schemars(default)]
        holidays: List<Holiday>,
    }
}

table! {
    /// A team whose backlog work is asked into.
    Team {
        /// As messages name it.
        name: Must<String>,
        /// Ids it had before, so that its history stays with it.
        #[schemars(default)]
        was: List<TeamId>,
        /// Engineer-days it has in a quarter, if known.
        capacity_days: Maybe<f64>,
    }
}

table! {
    /// Somebody who may be written to, or who advocates.
    Person {
        /// Full name.
        name: Must<String>,
        /// What a message calls them; the first word of the name if left out.
        given_name: Maybe<String>,
        /// Their Slack id. Either this or `email`.
        slack: Written<SlackUserId>,
        /// The e-mail address of their Slack account. Either this or `slack`.
        email: Written<Email>,
        /// Ids they had before, so that their history stays with them.
        #[schemars(default)]
        was: List<PersonId>,
        /// Their roles; usually one. Nobody is written to without a role.
        #[schemars(default)]
        audiences: List<Audience>,
        /// The teams they belong to. An executive's are those they answer for; none means all.
        #[schemars(default)]
        teams: List<TeamId>,
        /// Whom they report to. Used to find executives, never to escalate.
        reports_to: Maybe<PersonId>,
        /// The site whose zone and holidays are theirs.
        site: Maybe<SiteId>,
        /// Their IANA zone; the site's if left out, otherwise what Slack says.
        zone: Maybe<TimeZone>,
        /// When they don't work: days, several days, or the paths of .ics files in this folder.
        #[schemars(default)]
        leave: List<Holiday>,
    }
}
