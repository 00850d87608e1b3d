//! A broken configuration with its exact diagnostic for every named check.

use std::collections::{BTreeMap, BTreeSet};

use canvass::config::{Files, Severity, checks, load};

use super::{base, diagnostics, drawn};

const CANVASS: &str = "canvass.toml";
const PEOPLE: &str = "people.toml";
const DEADLINES: &str = "initiatives/deadlines.toml";

/// How a case differs from the base.
enum Break {
    /// In this file, what stands there once is written differently.
    Write(&'static str, &'static str, &'static str),
    /// A file more.
    Add(&'static str, &'static str),
    /// A file less.
    Remove(&'static str),
    /// The host of the base has a calendar.
    Calendar(&'static str),
}
use Break::{Add, Calendar, Remove, Write};

fn broken(breaks: &[Break]) -> Files {
    let mut files = base();
    for one in breaks {
        match one {
            Write(path, from, to) => {
                let text = files.text(path).unwrap();
                assert_eq!(text.matches(from).count(), 1, "{from:?} stands once in {path}");
                let text = text.replace(from, to);
                files.insert(path, &text);
            }
            Add(path, text) => files.insert(path, text),
            Remove(path) => files.remove(path),
            Calendar(keys) => {
                let text = files.text(CANVASS).unwrap();
                let text = format!("{text}\n[office_hours.calendar]\n{keys}\n");
                files.insert(CANVASS, &text);
            }
        }
    }
    files
}

/// Each check with a configuration that fails it, and it alone.
const CASES: &[(&str, &[Break])] = &[
    ("missing-file", &[Remove(PEOPLE)]),
    ("missing-file", &[Remove(DEADLINES)]),
    ("missing-file", &[Remove(DEADLINES), Write(CANVASS, "order = [\"deadlines\"]\n", "")]),
    ("unknown-file", &[Add("intiatives/other.toml", "title = \"Other\"\n")]),
    ("syntax", &[Write(PEOPLE, "name = \"Ana Souza\"", "name = \"Ana Souza")]),
    ("syntax", &[Write(PEOPLE, "[people.dev]", "[people.ana]")]),
    ("syntax", &[Write(DEADLINES, "on = 2026-12-11\n", "on = 2026-12-32\n")]),
    ("syntax", &[Write(DEADLINES, "review_by = 2027-01-06", "review_by = 2027-02-30")]),
    ("syntax", &[Write(DEADLINES, "review_by = 2027-01-06", "review_by = 2027-1-6")]),
    ("syntax", &[Write(DEADLINES, "review_by = 2027-01-06", "review_by = 01/06/2027")]),
    ("unknown-key", &[Write(CANVASS, "per_week", "per_weak")]),
    ("unknown-key", &[Write(DEADLINES, "share = 0.45", "share = 0.45\ncolour = \"red\"")]),
    ("missing-key", &[Write(DEADLINES, "effort_days = 4\n", "")]),
    ("missing-key", &[Write(DEADLINES, "problem", "# problem")]),
    ("missing-key", &[Write(DEADLINES, "on = 2026-12-11\n", "")]),
    ("wrong-type", &[Write(CANVASS, "per_week = 2", "per_week = \"two\"")]),
    ("wrong-type", &[Write(CANVASS, "asks = 3", "asks = -1")]),
    ("wrong-type", &[Write(PEOPLE, "audiences = [\"executive\"]", "audiences = \"executive\"")]),
    ("wrong-type", &[Write(DEADLINES, "value = 37", "value = inf")]),
    ("wrong-type", &[Write(DEADLINES, "quarter = \"2027-Q1\"", "quarter = 1")]),
    ("empty-text", &[Write(DEADLINES, "\"That exposure stays.\"", "\"  \"")]),
    (
        "id",
        &[
            Write(PEOPLE, "[people.carla]", "[people.Carla_Mendes]"),
            Write(PEOPLE, "reports_to = \"carla\"\n", ""),
        ],
    ),
    (
        "id",
        &[
            Write(DEADLINES, "[figures.exposed]", "[figures.orders-exposed]"),
            Write(DEADLINES, "{{ figure.exposed }}", "Some"),
        ],
    ),
    ("choice", &[Write(PEOPLE, "[\"engineering_manager\"]", "[\"engineering_manger\"]")]),
    ("choice", &[Write(CANVASS, "\"January\"", "\"Jan\"")]),
    ("choice", &[Write(CANVASS, "[cadence.heads_up]", "[cadence.headsup]")]),
    ("quarter", &[Write(DEADLINES, "\"2027-Q1\"", "\"Q1 2027\"")]),
    ("date", &[Write(DEADLINES, "review_by = 2027-01-06", "review_by = \"6 January\"")]),
    ("date", &[Write(CANVASS, "\"2026-12-17 10:00-10:30\"", "\"2026-12-17 at ten\"")]),
    ("date", &[Write(CANVASS, "10:00-10:30", "10:30-10:00")]),
    (
        "period",
        &[Write(
            DEADLINES,
            "says = \"Pages from the payment alerts.\"\nperiod = \"2026-07-01..2026-09-30\"",
            "says = \"Pages from the payment alerts.\"\nperiod = \"2026-09-30..2026-07-01\"",
        )],
    ),
    ("holiday", &[Write(CANVASS, "\"2026-12-25 Christmas Day\"", "\"Christmas Day\"")]),
    ("zone", &[Write(CANVASS, "Europe/Lisbon", "Europe/Lisboa")]),
    ("offset", &[Write(CANVASS, "starts - 18d", "18 days before")]),
    ("anchor", &[Write(CANVASS, "opens - 4w", "opens - 4 weeks")]),
    ("hours", &[Write(CANVASS, "Mon-Fri 09:00-17:00", "9 to 5")]),
    ("hours", &[Write(CANVASS, "Tue 15:00-16:00", "Tuesdays at three")]),
    ("cron", &[Write(CANVASS, "0 0 10 * * Tue,Thu", "0 10 * * Tue,Thu")]),
    ("cron", &[Write(CANVASS, "0 0 10 * * Tue,Thu", "0 0 10 * * 2-4")]),
    ("duration", &[Write(CANVASS, "48h", "two days")]),
    ("expiry", &[Write(CANVASS, "[limits]", "[privacy]\nwords_expire = \"a year\"\n\n[limits]")]),
    ("slack-id", &[Write(PEOPLE, "U05PRYRMN01", "@priya")]),
    ("email", &[Write(PEOPLE, "ana@example.com", "ana at example.com")]),
    ("https", &[Write(DEADLINES, "https://wiki", "http://wiki")]),
    ("https", &[Write(DEADLINES, "https://wiki.example.com/design/deadlines", "https://")]),
    ("command", &[Write(CANVASS, "/canvass", "Canvass")]),
    ("bot-name", &[Write(CANVASS, "\"Canvass\"", "\"Canvass, who writes to you about reliability\"")]),
    (
        "template-name",
        &[Add("messages/engineers.pitch.jinja", "{{ lead }}"), Add("messages/pitch.jinja", "")],
    ),
    ("duplicate-id", &[Write(PEOPLE, "[\"discovery\"]", "[\"checkout\"]")]),
    ("duplicate-id", &[Write(CANVASS, "[\"deadlines\"]", "[\"deadlines\", \"deadlines\"]")]),
    ("unknown-person", &[Write(DEADLINES, "decider = \"ana\"", "decider = \"anna\"")]),
    ("unknown-person", &[Write(PEOPLE, "reports_to = \"carla\"", "reports_to = \"zoe\"")]),
    ("unknown-team", &[Write(DEADLINES, "measure = \"pages\"", "measure = \"pages\"\nteam = \"chekout\"")]),
    ("unknown-team", &[Write(DEADLINES, "measure = \"pages\"", "measure = \"pages\"\nteam = \"discovery\"")]),
    ("unknown-site", &[Write(PEOPLE, "site = \"lisbon\"", "site = \"porto\"")]),
    ("unknown-initiative", &[Write(CANVASS, "[\"deadlines\"]", "[\"deadline\"]")]),
    ("unknown-step", &[Write(DEADLINES, "after = [\"cards\"]", "after = [\"card\"]")]),
    ("address", &[Write(PEOPLE, "email = \"ana@example.com\"\n", "")]),
    (
        "address",
        &[Write(
            PEOPLE,
            "email = \"dev@example.com\"",
            "email = \"dev@example.com\"\nslack = \"U07DVPTL402\"",
        )],
    ),
    ("address-shared", &[Write(PEOPLE, "dev@example.com", "Ana@example.com")]),
    ("role", &[Write(PEOPLE, "audiences = [\"engineer\"]\n", "")]),
    (
        "reports-to",
        &[Write(PEOPLE, "audiences = [\"executive\"]", "audiences = [\"executive\"]\nreports_to = \"ben\"")],
    ),
    ("window", &[Write(CANVASS, "freezes = 2027-07-09", "freezes = 2027-06-09")]),
    (
        "window",
        &[
            Write(CANVASS, "starts - 18d", "starts + 18d"),
            Write(CANVASS, "[cadence.heads_up]\nat = \"opens - 4w\"\n", ""),
            Write(CANVASS, "[cadence.pitch]\nat = \"opens - 2w\"\n", ""),
            Write(
                CANVASS,
                "[cadence.reminder]\nat = \"opens\"",
                "[cadence.reminder]\nat = \"freezes - 8wd\"",
            ),
        ],
    ),
    (
        "holiday-calendar",
        &[Write(CANVASS, "2026-12-25 Christmas Day", "holidays/lisbon.ics"), Add("holidays/lisboa.ics", "")],
    ),
    (
        "holiday-calendar",
        &[
            Write(PEOPLE, "2026-12-08", "lisbon.ics"),
            Add("lisbon.ics", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"),
        ],
    ),
    ("cadence-order", &[Write(CANVASS, "opens - 4w", "opens - 1w")]),
    ("touch-until", &[Write(CANVASS, "until = \"freezes - 4wd\"", "until = \"opens - 1d\"")]),
    (
        "touch-until",
        &[
            Write(
                CANVASS,
                "[cadence.last_call]\nat = \"freezes - 4wd\"\nuntil = \"freezes - 2wd\"\naudiences = [\"product\"]\n",
                "",
            ),
            Write(CANVASS, "[cadence.pitch]\nat = \"opens - 2w\"", "[cadence.pitch]\nat = \"freezes + 1wd\""),
            Write(
                CANVASS,
                "[cadence.reminder]\nat = \"opens\"\nuntil = \"freezes - 4wd\"\nschedule = \"0 0 10 * * Tue,Thu\"\n",
                "",
            ),
        ],
    ),
    ("last-call-late", &[Write(CANVASS, "until = \"freezes - 2wd\"", "until = \"freezes - 1wd\"")]),
    ("last-call-late", &[Write(CANVASS, "until = \"freezes - 2wd\"\n", "")]),
    (
        "last-call-audience",
        &[Write(CANVASS, "audiences = [\"product\"]", "audiences = [\"product\", \"executive\"]")],
    ),
    ("reminder-schedule", &[Write(CANVASS, "schedule = \"0 0 10 * * Tue,Thu\"\n", "")]),
    (
        "reminder-schedule",
        &[Write(CANVASS, "at = \"opens - 2w\"", "at = \"opens - 2w\"\nschedule = \"0 0 10 * * Tue\"")],
    ),
    ("night", &[Write(CANVASS, "Mon-Fri 09:00-17:00", "Mon-Fri 06:30-17:00")]),
    (
        "night",
        &[Write(
            PEOPLE,
            "zone = \"Europe/Lisbon\"",
            "zone = \"Europe/Lisbon\"\nhours = \"Sun-Thu 09:00-20:30\"",
        )],
    ),
    ("zone-offset", &[Write(PEOPLE, "zone = \"Europe/Lisbon\"", "zone = \"EST\"")]),
    (
        "limit",
        &[
            Write(CANVASS, "asks = 3", "asks = 5\nburst_per_hour = 1000000"),
            Write(CANVASS, "per_week = 2", "per_week = 2000"),
            Write(CANVASS, "gap = \"48h\"", "gap = \"0m\""),
        ],
    ),
    (
        "range",
        &[
            Write(DEADLINES, "share = 0.45", "share = 45"),
            Write(DEADLINES, "effort_days = 4", "effort_days = 0"),
            Write(CANVASS, "capacity_share = 0.2", "capacity_share = -1"),
            Write(CANVASS, "minutes = 30", "minutes = 241\nper_day = 0"),
        ],
    ),
    ("steps-cycle", &[Write(DEADLINES, "share = 0.45", "share = 0.45\nafter = [\"wallets\"]")]),
    ("ask-steps", &[Write(DEADLINES, "steps = [\"cards\", \"wallets\"]", "steps = [\"wallets\"]")]),
    ("ask-steps", &[Write(DEADLINES, "steps = [\"cards\", \"wallets\"]\n", "")]),
    (
        "no-ask",
        &[Add(
            "initiatives/other.toml",
            "title = \"Other\"\nproblem = \"Some.\"\nquarter = \"2027-Q1\"\nadvocates = [\"priya\"]\n\n[figures.some]\nvalue = 1\nunit = \"incidents\"\nsays = \"All.\"\nperiod = \"2026-07-01..2026-09-30\"\nsource = \"PagerDuty\"\nread_on = 2026-11-12\nbasis = \"measured\"\nmeasure = \"incidents\"\n",
        )],
    ),
    (
        "no-advocate",
        &[
            Write(DEADLINES, "advocates = [\"priya\"]\n", ""),
            Write(
                CANVASS,
                "[[office_hours]]\nhost = \"priya\"\nweekly = [\"Tue 15:00-16:00\"]\nextra = [\"2026-12-17 10:00-10:30\"]\nminutes = 30\n",
                "",
            ),
        ],
    ),
    ("no-decider", &[Write(DEADLINES, "decider = \"ana\"\n", "")]),
    (
        "decider",
        &[Write(
            PEOPLE,
            "teams = [\"checkout\"]\nsite = \"lisbon\"",
            "teams = [\"search\"]\nsite = \"lisbon\"",
        )],
    ),
    (
        "decider",
        &[Write(
            DEADLINES,
            "[[news]]",
            "[[excluded]]\nperson = \"ana\"\nreason = \"She asked for it.\"\n\n[[news]]",
        )],
    ),
    ("decider", &[Write(DEADLINES, "decider = \"ana\"", "decider = \"priya\"")]),
    (
        "required-audience",
        &[Write(
            PEOPLE,
            "audiences = [\"engineering_manager\"]\nteams = [\"checkout\"]",
            "audiences = [\"engineering_manager\"]\nteams = [\"search\"]",
        )],
    ),
    (
        "exception",
        &[Write(
            DEADLINES,
            "[[news]]",
            "[[extra]]\nperson = \"dev\"\nreason = \"Wrote the code.\"\n\n[[excluded]]\nperson = \"dev\"\nreason = \"On leave.\"\n\n[[news]]",
        )],
    ),
    ("review-date", &[Write(DEADLINES, "review_by = 2027-01-06", "review_by = 2027-01-18")]),
    ("review-date", &[Write(DEADLINES, "review_by = 2027-01-06", "review_by = 2026-01-06")]),
    ("review-date", &[Write(DEADLINES, "review_by = 2027-01-06", "review_by = 2026-11-29")]),
    (
        "basis",
        &[Write(
            DEADLINES,
            "basis = \"estimated\"\nestimate = { by = \"Priya Raman\", on = 2026-11-03 }\n",
            "basis = \"estimated\"\n",
        )],
    ),
    ("basis", &[Write(DEADLINES, "basis = \"estimated\"", "basis = \"measured\"")]),
    (
        "reading",
        &[Write(
            DEADLINES,
            "read_on = 2026-11-12\nbasis = \"measured\"",
            "read_on = 2026-09-12\nbasis = \"measured\"",
        )],
    ),
    (
        "reading",
        &[Write(
            DEADLINES,
            "read_on = 2026-11-12\nbasis = \"measured\"",
            "read_on = 2027-11-12\nbasis = \"measured\"",
        )],
    ),
    (
        "no-evidence",
        &[
            Write(DEADLINES, "measure = \"pages\"", "measure = \"pages\"\nteam = \"search\""),
            Write(DEADLINES, "measure = \"money\"", "measure = \"money\"\nteam = \"search\""),
        ],
    ),
    (
        "sentence",
        &[Write(
            DEADLINES,
            "lead = \"Payments paged us {{ figure.pages }} times {{ period.pages }}.\"",
            "lead = \"Payments paged us {{ figure.pages } times.\"",
        )],
    ),
    (
        "sentence",
        &[Write(
            DEADLINES,
            "lead = \"Payments paged us {{ figure.pages }} times {{ period.pages }}.\"",
            "lead = \"{{ name }}, payments paged us.\"",
        )],
    ),
    ("unknown-figure", &[Write(DEADLINES, "{{ period.pages }}", "{{ period.page }}")]),
    (
        "unknown-figure",
        &[Write(DEADLINES, "About {{ figure.pages }} pages", "About {{ figure.page }} pages")],
    ),
    ("id", &[Write(DEADLINES, "[faq.why-now]", "[faq.why_now]")]),
    ("empty-text", &[Write(DEADLINES, "\"About {{ figure.pages }} pages a quarter.\"", "\"\"")]),
    ("missing-key", &[Write(DEADLINES, "question = \"Why now?\"\n", "")]),
    (
        "no-lead",
        &[Write(DEADLINES, "lead = \"Hanging payments put {{ figure.exposed }} of orders at risk.\"\n", "")],
    ),
    (
        "words-missing",
        &[
            Write(DEADLINES, "mechanism = \"Proposal: a deadline on each call.\"\n", ""),
            Write(DEADLINES, "left_alone = \"They keep paging.\"\n", ""),
        ],
    ),
    (
        "plain-words",
        &[Write(
            DEADLINES,
            "When our provider is slow, our customers wait with it.",
            "Retries keep p99 high!",
        )],
    ),
    (
        "faq-length",
        &[Write(
            DEADLINES,
            "answer = \"About {{ figure.pages }} pages a quarter.\"",
            concat!(
                "answer = \"It costs, and it costs, and it costs, and it costs, and it costs, and it costs, and ",
                "it costs, and it costs, and it costs, and it costs, and it costs, and it costs, and it costs, ",
                "and it costs, and it costs, and it costs, and it costs, and it costs, and it costs, and it ",
                "costs, and it costs, and it costs, and it costs, and it costs, and it costs, and it costs, and ",
                "it costs, and it costs, and it costs, and it costs, and it costs, and it costs, and it costs, ",
                "and it costs, and it costs, and it costs, and it costs, and it costs, and it costs, and it ",
                "costs, and it costs, and it costs, and it costs, and it costs, and it costs, and it costs.\""
            ),
        )],
    ),
    (
        "faq-length",
        &[Write(
            DEADLINES,
            "also = [\"how expensive\"]",
            concat!(
                "also = [\"we have been thinking for quite a while now, in this team and in the one next door, ",
                "about all the things that we would like to do this quarter, and one of us wanted to know what ",
                "this would cost us all in all\"]"
            ),
        )],
    ),
    ("faq-question", &[Write(DEADLINES, "also = [\"how expensive\"]", "also = [\"What does it cost\"]")]),
    ("faq-question", &[Write(DEADLINES, "question = \"Why now?\"", "question = \"How expensive?\"")]),
    ("faq-question", &[Write(DEADLINES, "question = \"Why now?\"", "question = \"???\"")]),
    ("faq-id", &[Write(DEADLINES, "[faq.why-now]", "[faq.kept-12]")]),
    ("template", &[Add("messages/engineer.pitch.jinja", "{{ lead }}\n{% if mechanism %}{{ mechanism }}\n")]),
    (
        "former-key",
        &[Write(
            CANVASS,
            "minutes = 30",
            "minutes = 30\nat = [\"2026-12-15 15:00\"]\ntaken = [\"2026-12-15 15:00\"]",
        )],
    ),
    (
        "holiday-calendar",
        &[Write(CANVASS, "minutes = 30", "minutes = 30\nclosed = [\"2026-12-24..2026-12-31\", \"off.ics\"]")],
    ),
    (
        "office-host",
        &[Write(
            CANVASS,
            "host = \"priya\"",
            "host = \"ben\"\nweekly = [\"Wed 15:00-16:00\"]\n\n[[office_hours]]\nhost = \"priya\"",
        )],
    ),
    (
        "office-host",
        &[Write(
            CANVASS,
            "host = \"priya\"",
            "host = \"priya\"\nweekly = [\"Wed 15:00-16:00\"]\n\n[[office_hours]]\nhost = \"priya\"",
        )],
    ),
    (
        "office-hours",
        &[Write(CANVASS, "\"Tue 15:00-16:00\"", "\"Tue 15:00-16:00\", \"Mon-Fri 15:30-16:30\"")],
    ),
    (
        "office-hours",
        &[Write(
            CANVASS,
            "\"2026-12-17 10:00-10:30\"",
            "\"2026-12-17 10:00-10:30\", \"2026-12-17 10:15-11:00\"",
        )],
    ),
    ("office-hours", &[Write(CANVASS, "\"Tue 15:00-16:00\"", "\"Mon-Fri 15:00-15:20\"")]),
    ("office-hours", &[Write(CANVASS, "minutes = 30", "minutes = 30\nhorizon = \"3d\"")]),
    ("office-hours", &[Write(CANVASS, "minutes = 30", "minutes = 30\nhorizon = \"400d\"")]),
    ("office-hours", &[Write(CANVASS, "minutes = 30", "minutes = 30\nhorizon = \"7d\"\nnotice = \"8d\"")]),
    (
        "office-hours",
        &[
            Write(CANVASS, "weekly = [\"Tue 15:00-16:00\"]\n", ""),
            Write(CANVASS, "\"2026-12-17 10:00-10:30\"", "\"2027-01-16 10:00-10:30\""),
        ],
    ),
    ("hidden-character", &[Write(PEOPLE, "name = \"Ana Souza\"", "name = \"Ana\u{200b} Souza\"")]),
    ("hidden-character", &[Write(PEOPLE, "name = \"Ana Souza\"", "name = \"Ana \\u202ESouza\"")]),
    ("office-page", &[Write(CANVASS, "minutes = 30", "minutes = 30\npage_only = true")]),
    (
        "calendar-address",
        &[Calendar(
            "caldav = \"http://dav.example.com/\"\nuser = \"priya\"\npassword_env = \"PRIYA_PASSWORD\"",
        )],
    ),
    ("calendar-address", &[Calendar("ics = \"ftp://example.com/priya.ics\"")]),
    ("office-calendar", &[Calendar("")]),
    ("office-calendar", &[Calendar("caldav = \"https://dav.example.com/\"")]),
    (
        "office-calendar",
        &[Calendar(concat!(
            "caldav = \"https://dav.example.com/\"\nuser = \"priya\"\npassword_env = \"PRIYA_PASSWORD\"\n",
            "ics = \"https://example.com/priya.ics\""
        ))],
    ),
    ("office-calendar", &[Calendar("ics = \"https://example.com/priya.ics\"\nics_env = \"PRIYA_CALENDAR\"")]),
    ("office-calendar", &[Calendar("ics_env = \"PRIYA_CALENDAR\"\nwrite = true")]),
    (
        "office-calendar",
        &[Calendar(concat!(
            "caldav = \"https://priya:hunter2@dav.example.com/\"\nuser = \"priya\"\n",
            "password_env = \"hunter2\""
        ))],
    ),
    (
        "office-calendar",
        &[Calendar("ics = \"https://calendar.example.com/private-0a1b2c3d4e5f6a7b8c9d/basic.ics\"")],
    ),
    ("office-calendar", &[Calendar("ics = \"https://priya:hunter2@example.com/priya.ics\"")]),
    ("office-calendar", &[Write(CANVASS, "minutes = 30", "minutes = 30\nblock = true")]),
    (
        "office-calendar",
        &[
            Write(CANVASS, "minutes = 30", "minutes = 30\nblock = true"),
            Calendar(concat!(
                "caldav = \"https://dav.example.com/\"\nuser = \"priya\"\n",
                "password_env = \"PRIYA_PASSWORD\"\nwrite = false"
            )),
        ],
    ),
];

#[test]
fn every_fault_is_told_with_its_place_its_reason_and_what_to_write_instead() {
    let mut told: BTreeMap<&str, String> = BTreeMap::new();
    let mut others = String::new();
    for (check, breaks) in CASES {
        let files = broken(breaks);
        let found: BTreeSet<&str> = diagnostics(&files).iter().map(|diagnostic| diagnostic.check).collect();
        if found != BTreeSet::from([*check]) {
            others.push_str(&format!("--- a case of {check} has\n{}\n", drawn(&files)));
        }
        told.entry(check).or_default().push_str(&drawn(&files));
    }
    assert!(others.is_empty(), "each case fails its check alone\n{others}");
    for (check, text) in told {
        insta::assert_snapshot!(check, text);
    }
}

#[test]
fn every_named_check_has_a_case() {
    let cases: BTreeSet<&str> = CASES.iter().map(|(check, _)| *check).chain(["unreadable-file"]).collect();
    let named: BTreeSet<&str> = checks().map(|(name, _)| name).collect();
    assert_eq!(cases, named);
}

#[test]
fn a_file_that_is_not_text_is_a_fault() {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in base().iter() {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    load(folder.path()).unwrap();
    std::fs::write(folder.path().join("initiatives/deadlines.toml"), b"title = \"\xff\"").unwrap();
    let faults = load(folder.path()).unwrap_err();
    let unreadable: Vec<_> =
        faults.diagnostics.iter().filter(|diagnostic| diagnostic.check == "unreadable-file").collect();
    assert_eq!(unreadable.len(), 1);
    assert_eq!(unreadable[0].file, folder.path().join("initiatives/deadlines.toml").to_string_lossy());
    assert_eq!(unreadable[0].message, "it can't be read: stream did not contain valid UTF-8");
    // The only initiative is there all the same.
    assert!(faults.diagnostics.iter().all(|diagnostic| diagnostic.check != "missing-file"));
}

#[test]
fn what_is_secret_in_a_calendar_is_not_repeated() {
    for keys in [
        "caldav = \"https://priya:hunter2@dav.example.com/\"\nuser = \"priya\"\npassword_env = \"hunter2\"",
        "caldav = \"http://priya:hunter2@dav.example.com/\"\nuser = \"priya\"\npassword_env = \"HUNTER\"",
        "ics = \"https://calendar.example.com/private-0hunter2a1b2c3d4e5f6a7b8c9d/basic.ics\"",
        "ics_env = \"https://calendar.example.com/hunter2\"",
    ] {
        let files = broken(&[Calendar(keys)]);
        let machines = serde_json::to_string(&diagnostics(&files)).unwrap();
        assert!(machines.contains("office-calendar"), "{machines}");
        for told in [drawn(&files), machines] {
            assert!(!told.contains("hunter2"), "{told}");
        }
    }
}

#[test]
fn several_faults_in_several_files_are_told_in_one_run() {
    let files = broken(&[
        Write(CANVASS, "per_week = 2", "per_week = true"),
        Write(CANVASS, "Europe/Lisbon", "Lisbon"),
        Write(PEOPLE, "name = \"Ana Souza\"", "name = \"Ana Souza"),
        Write(PEOPLE, "audiences = [\"engineer\"]", "audiences = [\"programmer\"]"),
        Write(DEADLINES, "share = 0.2", "share = 2\ncost = 3"),
        Write(DEADLINES, "{{ figure.exposed }}", "{{ figure.exposure }}"),
    ]);
    insta::assert_snapshot!("several_files", drawn(&files));
}

#[test]
fn a_fault_can_be_read_by_machines() {
    let files = broken(&[Write(CANVASS, "per_week", "per_weak")]);
    insta::assert_json_snapshot!(diagnostics(&files));
}

#[test]
fn warnings_do_not_keep_a_configuration_from_being_used() {
    let files = broken(&[Write(DEADLINES, "decider = \"ana\"\n", "")]);
    let loaded = canvass::config::load_files(&files).unwrap();
    assert_eq!(loaded.warnings.len(), 1);
    assert_eq!(loaded.warnings[0].severity, Severity::Warning);
}
