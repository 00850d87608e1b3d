//! An organisation for killing, restarting and failing: many people, one pitch each.
//!
//! Whom the plan writes to doesn't depend on what people answer: each pitch is due before its recipient
//! can have answered anything. So the forecast of the first day names every campaign message there is.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// The advocate's settings, but for the burst cap, which stands last; the initiative is that of the
/// configuration's cases.
const SETTINGS: &str = r#"order = ["deadlines"]

[workspace]
command = "/canvass"
bot_name = "Canvass"
admins = ["priya"]

[calendar]
zone = "Europe/Lisbon"
fiscal_year_starts = "January"
opens = "starts - 18d"
freezes = "starts + 14d 17:00"

[cadence.pitch]
at = "opens - 2w"

[evidence]
stale_after_days = 60

[[office_hours]]
host = "priya"
minutes = 30
extra = ["2026-12-15 15:00-15:30", "2026-12-17 10:00-10:30", "2027-01-14 10:00-10:30"]

[approval]
audiences = []
first_campaign = false

[limits]
hours = "Mon-Fri 09:00-17:00"
per_week = 2
gap = "48h"
asks = 3
capacity_share = 0.2
"#;

/// The Slack id of the advocate.
pub(super) const PRIYA: &str = "U05PRYRMN01";

/// The handle and the Slack id of the `n`th person.
pub(super) fn person(n: usize) -> (String, String) {
    (format!("p{n:03}"), format!("U{n:010}"))
}

/// The button that person number `n` clicks on their pitch.
pub(super) fn answer(n: usize) -> &'static str {
    match n % 6 {
        0 | 3 => "Looks right",
        1 => "Let's talk",
        _ => "Put in our plan",
    }
}

/// When the first pitch may go out.
pub(super) const FIRST_PITCH: &str = "2026-11-30T09:00:00Z";

/// Writes the configuration of an organisation of `people`, one more and their advocate to `folder`; at
/// most `burst` campaign messages go out in an hour.
pub(super) fn write(folder: &Path, people: usize, burst: usize) {
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/config/base");
    fs::create_dir_all(folder.join("initiatives")).unwrap();
    fs::copy(base.join("initiatives/deadlines.toml"), folder.join("initiatives/deadlines.toml")).unwrap();
    fs::write(folder.join("canvass.toml"), format!("{SETTINGS}burst_per_hour = {burst}\n")).unwrap();
    let mut text = format!(
        "[sites.lisbon]\nzone = \"Europe/Lisbon\"\n\n\
         [teams.checkout]\nname = \"Checkout\"\ncapacity_days = 300\n\n\
         [people.priya]\nname = \"Priya Raman\"\nslack = \"{PRIYA}\"\nsite = \"lisbon\"\n\n\
         [people.ana]\nname = \"Ana Souza\"\nslack = \"U06ANASZA01\"\naudiences = [\"product\"]\n\
         teams = [\"checkout\"]\nsite = \"lisbon\"\n"
    );
    for n in 0..people {
        let (handle, slack) = person(n);
        let audience = ["engineer", "product", "engineering_manager"][n % 3];
        write!(
            text,
            "\n[people.{handle}]\nname = \"Person {n}\"\nslack = \"{slack}\"\naudiences = [\"{audience}\"]\n\
             teams = [\"checkout\"]\nsite = \"lisbon\"\n"
        )
        .unwrap();
    }
    fs::write(folder.join("people.toml"), text).unwrap();
}
