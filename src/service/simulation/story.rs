//! What happens in a quarter, drawn from a seed as a list, so that steps can be left out of it.

use jiff::{SignedDuration, Timestamp};

use super::dice::Dice;
use super::disk::{Mishap, Trap};
use super::meeting::{crowded, meeting, mistaken};
use super::organisation::{ADVOCATES, HUMANS, Human};
use super::slack::Meets;

/// What somebody or something does. Numbers choose among whatever there is at the time.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Deed {
    /// Answers the newest campaign message with one of its visible buttons.
    Answers {
        who: Human,
        button: usize,
    },
    /// Uses any control of one of the latest messages, and fills in what opens.
    Clicks {
        who: Human,
        message: usize,
        control: usize,
        fill: usize,
    },
    /// Writes to the bot.
    Types {
        who: Human,
        what: usize,
        thread: bool,
    },
    /// Uses the command as anybody may.
    Says {
        who: Human,
        what: usize,
    },
    /// Uses the command as an advocate.
    Orders {
        who: Human,
        what: usize,
        whom: Human,
        about: usize,
    },
    /// Opens App Home, and uses a control there.
    Looks {
        who: Human,
        page: usize,
        control: usize,
        fill: usize,
    },
    /// Goes on vacation, by their status in Slack.
    Leaves {
        who: Human,
        days: i64,
    },
    /// Wants quiet.
    Rests {
        who: Human,
        hours: i64,
    },
    /// Is in another zone.
    Travels {
        who: Human,
        zone: usize,
    },
    /// The advocates look after the service.
    Tends,

    /// An account goes, and another with the same address comes.
    Replaces {
        who: Human,
    },
    /// An account goes, and somebody else gets its address; the files name the right one some hours later.
    Usurped {
        who: Human,
        hours: i64,
    },
    /// An account goes.
    Quits {
        who: Human,
    },
    /// Somebody outside has the same address in their profile.
    Outsider {
        who: Human,
        bot: bool,
    },

    /// `people.toml` names a wrong account, and is corrected some hours later.
    Mistakes {
        who: Human,
        hours: i64,
    },
    /// `people.toml` names an account that nobody has, and is corrected some hours later.
    Misspells {
        who: Human,
        hours: i64,
    },
    Renames {
        who: Human,
        with_was: bool,
    },
    ListsTwice {
        who: Human,
    },
    RenamesInitiative {
        which: usize,
    },
    EntersLeave {
        who: Human,
        days: i64,
    },
    Edits {
        hours: usize,
    },
    /// A file is saved by halves, and mended some minutes later.
    HalfSaves {
        file: usize,
        minutes: i64,
    },

    Dies {
        minutes: i64,
    },
    Stops {
        minutes: i64,
    },
    Traps(Trap),
    Sleeps {
        hours: i64,
    },
    /// The clock is wrong by so many minutes for so many others.
    Strays {
        by: i64,
        minutes: i64,
    },
    /// Nothing that Slack tells arrives.
    Deafens {
        minutes: i64,
    },
    /// Calls to Slack meet this.
    Meets {
        method: Option<&'static str>,
        about: Option<Human>,
        meets: Meets,
        times: u32,
        minutes: i64,
    },
    /// Slack refuses this again and again, for so many days.
    Refuses {
        method: &'static str,
        about: Option<Human>,
        code: &'static str,
        days: i64,
    },
    /// Says that somebody else decides, and names them.
    Refers {
        who: Human,
        whom: Human,
    },
    /// The advocates approach whoever was named.
    Approaches,
    /// An advocate corrects what was sent, and confirms it.
    Corrects {
        who: Human,
        about: usize,
    },
    /// Whoever was renamed has their former ids written beside the present one.
    AddsWas {
        who: Human,
    },
    /// The token is revoked for so many hours.
    Revokes {
        hours: i64,
    },
    BacksUp,
    Restores {
        copied: bool,
    },
    Foresees {
        hours: i64,
    },
}

impl Deed {
    /// What kind of thing it is: for leaving kinds out, and for counting.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Answers { .. } => "answers",
            Self::Clicks { .. } => "clicks",
            Self::Types { .. } => "types",
            Self::Says { .. } => "says",
            Self::Orders { .. } => "orders",
            Self::Looks { .. } => "looks",
            Self::Leaves { .. } => "leaves",
            Self::Rests { .. } => "rests",
            Self::Travels { .. } => "travels",
            Self::Tends => "tends",
            Self::Replaces { .. } => "replaces",
            Self::Usurped { .. } => "usurped",
            Self::Quits { .. } => "quits",
            Self::Outsider { bot: false, .. } => "outsider",
            Self::Outsider { bot: true, .. } => "bot",
            Self::Mistakes { .. } => "mistakes",
            Self::Misspells { .. } => "misspells",
            Self::Renames { with_was: true, .. } => "renames",
            Self::Renames { with_was: false, .. } => "renames without was",
            Self::ListsTwice { .. } => "lists twice",
            Self::RenamesInitiative { .. } => "renames initiative",
            Self::EntersLeave { .. } => "enters leave",
            Self::Edits { .. } => "edits",
            Self::HalfSaves { .. } => "half saves",
            Self::Dies { .. } => "dies",
            Self::Stops { .. } => "stops",
            Self::Traps(Trap { mishap: Mishap::Sleeps(_), .. }) => "sleeps before a call",
            Self::Traps(_) => "disk",
            Self::Sleeps { .. } => "sleeps",
            Self::Strays { .. } => "strays",
            Self::Deafens { .. } => "deafens",
            Self::Meets { meets, .. } => match meets {
                Meets::Refusal(_) => "refusal",
                Meets::Limit(_) => "limit",
                Meets::LostAfter | Meets::LostBefore | Meets::Hangs(_) => "lost call",
                Meets::Status(_) => "status",
                Meets::Unreachable => "unreachable",
                Meets::Death(_) => "dies in a call",
            },
            Self::Refuses { .. } => "refuses for days",
            Self::Refers { .. } => "refers",
            Self::Approaches => "approaches",
            Self::Corrects { .. } => "corrects",
            Self::AddsWas { .. } => "adds was",
            Self::Revokes { .. } => "revokes",
            Self::BacksUp => "backs up",
            Self::Restores { copied: false } => "restores",
            Self::Restores { copied: true } => "copies back",
            Self::Foresees { .. } => "foresees",
        }
    }
}

/// A deed and when it is done.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Step {
    pub(super) at: Timestamp,
    pub(super) deed: Deed,
}

/// A quarter.
#[derive(Debug, Clone)]
pub(super) struct Story {
    pub(super) seed: u64,
    pub(super) start: Timestamp,
    pub(super) end: Timestamp,
    pub(super) steps: Vec<Step>,
}

/// Kinds of which each story has some, so that they meet often where they do.
const TROUBLES: [&str; 27] = [
    "replaces",
    "quits",
    "outsider",
    "bot",
    "mistakes",
    "renames",
    "renames without was",
    "lists twice",
    "renames initiative",
    "enters leave",
    "edits",
    "half saves",
    "dies",
    "stops",
    "disk",
    "sleeps before a call",
    "sleeps",
    "strays",
    "deafens",
    "refusal",
    "limit",
    "lost call",
    "status",
    "unreachable",
    "dies in a call",
    "revokes",
    "restores",
];

/// Whether a kind is trouble, and not everyday life.
pub(super) fn is_trouble(kind: &str) -> bool {
    TROUBLES.contains(&kind) || ["copies back", "refuses for days", "adds was"].contains(&kind)
}

const EVENTS: [&str; 9] = [
    "PostIntended",
    "PostSent",
    "PostRefused",
    "StanceTaken",
    "MessageReceived",
    "SlotBooked",
    "Stopped",
    "ConfigAdopted",
    "PersonLinked",
];

const METHODS: [&str; 8] = [
    "chat.postMessage",
    "chat.update",
    "conversations.history",
    "conversations.open",
    "users.list",
    "dnd.teamInfo",
    "files.completeUploadExternal",
    "views.open",
];

const REFUSALS: [&str; 16] = [
    "invalid_blocks",
    "msg_too_long",
    "channel_not_found",
    "user_not_found",
    "restricted_action",
    "team_access_not_granted",
    "missing_scope",
    "not_in_channel",
    "account_inactive",
    "fatal_error",
    "internal_error",
    "brand_new_error",
    "ratelimited",
    "accesslimited",
    "message_limit_exceeded",
    "is_archived",
];

impl Story {
    /// The story of `seed`.
    pub(super) fn of(seed: u64) -> Self {
        let mut dice = Dice::new(seed ^ 0x5707);
        let start: Timestamp = match dice.below(4) {
            0 => "2026-12-02T08:30:00Z",
            1 => "2026-11-18T20:00:00Z",
            _ => "2026-11-09T08:00:00Z",
        }
        .parse()
        .unwrap();
        let end: Timestamp = "2027-02-09T20:00:00Z".parse().unwrap();
        // Few kinds of trouble a story, so that it can be told what did it.
        let troubles: Vec<&str> = (0..1 + dice.below(4)).map(|_| dice.pick(&TROUBLES)).collect();
        let span = end.duration_since(start).as_mins();
        let mut steps = Vec::new();
        let mut add = |at: Timestamp, deed: Deed| steps.push(Step { at, deed });
        let moment = |dice: &mut Dice| {
            let minutes = dice.below(span as usize - 2_000) as i64;
            start + SignedDuration::from_mins(minutes) + SignedDuration::from_secs(dice.below(60) as i64)
        };
        for day in 0..span / 1440 {
            add(start + SignedDuration::from_mins(day * 1440 + 95), Deed::Tends);
        }
        for _ in 0..30 + dice.below(50) {
            let at = if dice.chance(6) { at_digest(&mut dice) } else { moment(&mut dice) };
            add(at.max(start), everyday(&mut dice));
        }
        for kind in &troubles {
            for _ in 0..1 + dice.below(3) {
                let at = moment(&mut dice);
                if let Some(deed) = trouble(kind, &mut dice) {
                    if *kind == "restores" {
                        let before = SignedDuration::from_hours(1 + dice.below(200) as i64);
                        add((at - before).max(start), Deed::BacksUp);
                    }
                    add(at, deed);
                }
            }
        }
        for _ in 0..2 {
            let at = moment(&mut dice);
            add(at, Deed::Foresees { hours: 8 + dice.below(60) as i64 });
        }
        // Stories below this number are as they were: some of them are pinned.
        if 1_000 <= seed {
            let mut dice = Dice::new(seed ^ 0x30e);
            for _ in 0..1 + dice.below(2) {
                steps.extend(meeting(&mut dice).into_iter().filter(|step| start <= step.at));
            }
        }
        if 2_000 <= seed && seed % 2 == 1 {
            let mut dice = Dice::new(seed ^ 0x51d);
            for _ in 0..dice.below(3) {
                let (at, who) = (moment(&mut dice), stakeholder(&mut dice));
                let usurped = Deed::Usurped { who, hours: 2 + dice.below(300) as i64 };
                steps.extend([
                    Step {
                        at: (at - SignedDuration::from_hours(1)).max(start),
                        deed: Deed::Says { who, what: dice.below(1_000) },
                    },
                    Step { at, deed: usurped },
                ]);
            }
        }
        match seed {
            0..10_000 => {}
            20_000..30_000 => steps.extend(mistaken(seed, start, end)),
            30_000.. if seed % 2 == 1 => steps.extend(mistaken(seed, start, end)),
            _ => steps.extend(crowded(seed, start, end)),
        }
        steps.sort_by_key(|step| step.at);
        Self { seed, start, end, steps }
    }
}

/// The very moment of a digest.
fn at_digest(dice: &mut Dice) -> Timestamp {
    let monday: Timestamp = "2026-11-16T08:00:00Z".parse().unwrap();
    monday + SignedDuration::from_hours(24 * 7 * dice.below(11) as i64 + dice.below(2) as i64)
}

fn someone(dice: &mut Dice) -> Human {
    if dice.chance(15) { dice.below(ADVOCATES) } else { ADVOCATES + dice.below(HUMANS - ADVOCATES) }
}

pub(super) fn stakeholder(dice: &mut Dice) -> Human {
    ADVOCATES + dice.below(HUMANS - ADVOCATES)
}

fn everyday(dice: &mut Dice) -> Deed {
    let n = |dice: &mut Dice| dice.below(1_000);
    match dice.below(20) {
        0..=3 => Deed::Answers { who: stakeholder(dice), button: n(dice) },
        4..=7 => Deed::Clicks { who: someone(dice), message: dice.below(4), control: n(dice), fill: n(dice) },
        8..=11 => Deed::Types { who: someone(dice), what: n(dice), thread: dice.chance(30) },
        12 | 13 => Deed::Says { who: someone(dice), what: n(dice) },
        14 | 15 => Deed::Orders {
            who: dice.below(ADVOCATES),
            what: n(dice),
            whom: stakeholder(dice),
            about: dice.below(2),
        },
        16 => Deed::Looks { who: someone(dice), page: n(dice), control: n(dice), fill: n(dice) },
        17 => Deed::Leaves { who: stakeholder(dice), days: 1 + dice.below(12) as i64 },
        18 => Deed::Rests { who: stakeholder(dice), hours: 14 + dice.below(60) as i64 },
        _ => Deed::Travels { who: stakeholder(dice), zone: n(dice) },
    }
}

fn trouble(kind: &str, dice: &mut Dice) -> Option<Deed> {
    let who = someone(dice);
    let meets = |meets: Meets, dice: &mut Dice| {
        let method = Some(dice.pick(&METHODS));
        let times = dice.pick(&[1, 1, 2, 5, 40]);
        Deed::Meets { method, about: None, meets, times, minutes: dice.pick(&[5, 60, 600, 3_000]) }
    };
    Some(match kind {
        "replaces" => Deed::Replaces { who: stakeholder(dice) },
        "quits" => Deed::Quits { who: stakeholder(dice) },
        "outsider" => Deed::Outsider { who: stakeholder(dice), bot: false },
        "bot" => Deed::Outsider { who: stakeholder(dice), bot: true },
        "mistakes" => Deed::Mistakes { who, hours: 2 + dice.below(300) as i64 },
        "renames" => Deed::Renames { who, with_was: true },
        "renames without was" => Deed::Renames { who, with_was: false },
        "lists twice" => Deed::ListsTwice { who: stakeholder(dice) },
        "renames initiative" => Deed::RenamesInitiative { which: dice.below(2) },
        "enters leave" => Deed::EntersLeave { who: stakeholder(dice), days: 2 + dice.below(10) as i64 },
        "edits" => Deed::Edits { hours: dice.below(4) },
        "half saves" => Deed::HalfSaves { file: dice.below(3), minutes: 1 + dice.below(600) as i64 },
        "dies" => Deed::Dies { minutes: dice.pick(&[1, 3, 30, 600, 3_000]) },
        "stops" => Deed::Stops { minutes: dice.pick(&[1, 3, 30, 600]) },
        "disk" => {
            let mishap = dice.pick(&[
                Mishap::DiesBefore,
                Mishap::DiesAfter,
                Mishap::AnswerLost,
                Mishap::Lost,
                Mishap::Conflict,
            ]);
            Deed::Traps(Trap { on: dice.chance(80).then(|| dice.pick(&EVENTS)), mishap })
        }
        "sleeps before a call" => Deed::Traps(Trap {
            on: Some("PostIntended"),
            mishap: Mishap::Sleeps(dice.pick(&[9, 14, 40, 64])),
        }),
        "sleeps" => Deed::Sleeps { hours: dice.pick(&[2, 9, 14, 40, 64]) },
        "strays" => Deed::Strays {
            by: dice.pick(&[-2_880, -600, -90, 90, 600, 43_200, 140_000]),
            minutes: dice.pick(&[1, 2, 30, 400]),
        },
        "deafens" => Deed::Deafens { minutes: dice.pick(&[2, 20, 200, 1_500]) },
        "refusal" => {
            let code = dice.pick(&REFUSALS);
            let mut deed = meets(Meets::Refusal(code), dice);
            if let Deed::Meets { about, method, .. } = &mut deed {
                if dice.chance(50) {
                    *about = Some(stakeholder(dice));
                }
                if dice.chance(50) {
                    *method = Some("chat.postMessage");
                }
            }
            deed
        }
        "limit" => {
            let seconds = dice.pick(&[3, 30, 120, 86_400]);
            meets(Meets::Limit(seconds), dice)
        }
        "lost call" => {
            let lost =
                dice.pick(&[Meets::LostAfter, Meets::LostBefore, Meets::Hangs(true), Meets::Hangs(false)]);
            meets(lost, dice)
        }
        "status" => {
            let status = dice.pick(&[403, 404, 407, 413, 500, 502, 503]);
            meets(Meets::Status(status), dice)
        }
        "unreachable" => meets(Meets::Unreachable, dice),
        "dies in a call" => {
            let done = dice.chance(50);
            let mut deed = meets(Meets::Death(done), dice);
            if let Deed::Meets { times, .. } = &mut deed {
                *times = 1;
            }
            deed
        }
        "revokes" => Deed::Revokes { hours: dice.pick(&[1, 5, 30]) },
        "restores" => Deed::Restores { copied: dice.chance(30) },
        _ => return None,
    })
}
