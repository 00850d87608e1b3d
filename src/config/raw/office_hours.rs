//! `[[office_hours]]` of `canvass.toml`: when a host is there to talk, and how that is booked.

use jiff::tz::TimeZone;

use crate::config::read::{List, Maybe, Must, Written, table};
use crate::config::word::{CalendarAddress, DatedRange, Gap, Holiday, Https, Variable, Weekly};
use crate::domain::ids::PersonId;

table! {
    /// The office hours of one host.
    OfficeHours {
        /// Who is there.
        host: Must<PersonId>,
        /// The zone of the times below; the calendar's if left out.
        zone: Maybe<TimeZone>,
        /// Every week: weekdays and a range of hours, such as `Tue 09:00-10:00` or `Mon-Fri 16:30-17:30`.
        /// There are none on the host's days off.
        #[schemars(default)]
        weekly: List<Weekly>,
        /// Besides, on single days, also on a day off: such as `2026-12-15 15:00-16:00`.
        #[schemars(default)]
        extra: List<DatedRange>,
        /// Days without any of the weekly hours: days, several days, or the paths of .ics files in this
        /// folder.
        #[schemars(default)]
        closed: List<Holiday>,
        /// How long one booking lasts, minutes; 30 if left out.
        minutes: Maybe<u32>,
        /// Kept free before and after each booking and appointment, such as `10m`; nothing if left out.
        buffer: Maybe<Gap>,
        /// How long before its beginning a slot can be booked at the latest; `4h` if left out.
        notice: Maybe<Gap>,
        /// How far ahead slots can be booked, a week to a year; `60d` if left out.
        horizon: Maybe<Gap>,
        /// Most bookings on one day; any number if left out.
        per_day: Maybe<u32>,
        /// Most bookings that one person may have ahead with this host; any number if left out.
        per_person: Maybe<u32>,
        /// Where, as people read it: an address to join at, or a place.
        place: Maybe<String>,
        /// An outside page on which this host can be booked too.
        page: Maybe<Https>,
        /// Whether this host is booked on that page only, and not in Slack; `false` if left out.
        page_only: Maybe<bool>,
        /// Whether the hours themselves are kept free in the host's calendar; `false` if left out.
        block: Maybe<bool>,
        /// The host's calendar: when they have something else, nothing is offered.
        calendar: Written<HostCalendar>,
    }
    former {
        "at" "write hours that come back every week, such as `weekly = [\"Tue 09:00-10:00\"]`, and single ones such as `extra = [\"2026-12-15 15:00-15:30\"]`",
        "taken" "take it out; what is booked in Slack or in the host's calendar is not offered again",
    }
}

table! {
    /// Where a host's calendar is: on a CalDAV server, or published at an address of its own.
    HostCalendar {
        /// The address of a CalDAV server, or of one calendar on it.
        caldav: Written<CalendarAddress>,
        /// Who logs in there.
        user: Written<String>,
        /// The environment variable that holds the password; with `_FILE` added to its name, one that
        /// names a file.
        password_env: Written<Variable>,
        /// The name of the calendar, where the address doesn't name one; the only one if left out.
        calendar: Maybe<String>,
        /// Whether bookings are entered in it; `true` if left out.
        write: Maybe<bool>,
        /// The address of a published calendar that everybody may know.
        ics: Written<CalendarAddress>,
        /// The environment variable that holds the secret address of a published calendar; with `_FILE`
        /// added to its name, one that names a file.
        ics_env: Written<Variable>,
    }
}
