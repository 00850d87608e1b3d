//! App Home of a large organisation with the worst of names: every page is one that Slack takes.

use std::collections::HashSet;
use std::fmt::Write;
use std::fs;

use canvass::command::{Ahead, home, oversees};
use canvass::config;
use canvass::domain::coverage::Coverage;
use canvass::domain::effect::{DeliveryKey, PostKey};
use canvass::domain::engagement::{Audience, Stance, Touch};
use canvass::domain::event::{Event, How, Record, Renames, Said, Verdict};
use canvass::domain::ids::{InitiativeId, MessageTs, PersonId, SlackChannelId, SlackUserId, TeamId};
use canvass::domain::message::{Action, Home, Page, Part};
use canvass::domain::observation::Observations;
use canvass::domain::personal::Personal;
use canvass::domain::program::Program;
use canvass::domain::progress::Progress;
use canvass::domain::state::State;
use canvass::domain::survey::{Argued, Standings};
use canvass::{plan, slack};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::world::{World, sample};

const INITIATIVES: usize = 50;
const PEOPLE: usize = 2_000;
const TEAMS: usize = 40;

const NAMES: [&str; 4] = [
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft von und zu Rindfleischetikettierungsüberwachung",
    "عبد الرحمن بن محمد الأنصاري \u{202e}gnp.exe",
    "👩‍👩‍👧‍👦👩‍🚀🏳️‍🌈 <!channel> *Zoë* _O'Brien_ & <@U1>",
    "<!everyone> `rm -rf` ~x~ https://example.com",
];

fn people(number: usize) -> PersonId {
    PersonId::parse(&format!("person-{number:04}")).unwrap()
}

fn user(number: usize) -> SlackUserId {
    SlackUserId::parse(&format!("U{number:05}")).unwrap()
}

fn initiative(number: usize) -> InitiativeId {
    InitiativeId::parse(&format!("initiative-{number:02}")).unwrap()
}

fn team(number: usize) -> TeamId {
    TeamId::parse(&format!("team-{number:02}")).unwrap()
}

fn now() -> Timestamp {
    "2026-12-02T12:00:00Z".parse().unwrap()
}

/// Fifty initiatives that each ask all of forty teams, with the sample's sentences and the worst names.
fn program() -> Program {
    let folder = tempfile::tempdir().unwrap();
    let canvass = fs::read_to_string(sample().join("canvass.toml")).unwrap();
    let canvass: String =
        canvass.lines().filter(|line| !line.starts_with("order = ")).fold(String::new(), |mut text, line| {
            writeln!(text, "{line}").unwrap();
            text
        });
    fs::write(folder.path().join("canvass.toml"), canvass).unwrap();
    let mut directory = String::from("[people.priya]\nname = 'Priya'\nslack = 'UADVOCATE'\n");
    for number in 0..TEAMS {
        writeln!(directory, "[teams.{}]\nname = 'Team {number}'\ncapacity_days = 9000", team(number))
            .unwrap();
    }
    for number in 0..PEOPLE {
        let audience =
            ["product", "engineering_manager", "engineer", "engineer", "executive"][number / TEAMS % 5];
        writeln!(
            directory,
            "[people.{}]\nname = 'x'\nslack = '{}'\naudiences = ['{audience}']\nteams = ['{}']\nzone = 'Europe/Lisbon'",
            people(number),
            user(number),
            team(number % TEAMS)
        )
        .unwrap();
    }
    fs::write(folder.path().join("people.toml"), directory).unwrap();
    fs::create_dir(folder.path().join("initiatives")).unwrap();
    for number in 0..INITIATIVES {
        let path = folder.path().join("initiatives").join(format!("{}.toml", initiative(number)));
        fs::write(path, self::text(number)).unwrap();
    }
    let mut program = match config::load(folder.path()) {
        Ok(loaded) => loaded.program,
        Err(faults) => panic!("{}", faults.draw(config::Paint::Plain)),
    };
    for (place, person) in program.people.values_mut().enumerate() {
        person.name = NAMES[place % NAMES.len()].to_owned();
        person.given_name.clone_from(&person.name);
    }
    for (place, team) in program.teams.values_mut().enumerate() {
        team.name = NAMES[place % NAMES.len()].to_owned();
    }
    for (place, of) in program.initiatives.iter_mut().enumerate() {
        of.title = NAMES[place % NAMES.len()].to_owned();
    }
    program
}

fn text(number: usize) -> String {
    let mut text = String::from(
        "title = 'T'\nproblem = 'Backups were never restored.'\nquarter = '2027-Q1'\nadvocates = ['priya']\n\
         [figures.pages]\nvalue = 19\nunit = 'pages for failed backups'\nsays = 'Counted by hand.'\n\
         period = '2026-07-01..2026-09-30'\nsource = 'Inventory'\nread_on = 2026-11-09\nbasis = 'measured'\nmeasure = 'pages'\n\
         [figures.orders]\nvalue = 19000\nunit = '$'\nsays = 'Counted by hand.'\n\
         period = '2026-07-01..2026-09-30'\nsource = 'Inventory'\nread_on = 2026-11-09\nbasis = 'measured'\nmeasure = 'money'\n\
         [steps.drill]\ntitle = 'one practised restore'\neffort_days = 2\nshare = 0.3\n\
         metric = 'hours without data'\nestimate = { by = 'Priya Raman', on = 2026-11-09 }\n",
    );
    for team in 0..TEAMS {
        // Of one team nobody is the decider.
        let decider =
            if team == number % TEAMS { String::new() } else { format!("decider = '{}'\n", people(team)) };
        writeln!(
            text,
            "[asks.{}]\nwhat = 'plan one practised restore'\n{decider}steps = ['drill']\nfirst_step = 'drill'\nreview_by = 2027-01-06",
            self::team(team)
        )
        .unwrap();
    }
    for audience in ["product", "engineering_manager", "engineer", "executive"] {
        writeln!(
            text,
            "[words.{audience}]\nlead = 'We counted {{{{ figure.pages }}}}.'\nleft_alone = 'Left alone, it stays so.'\n\
             mechanism = 'Proposal: restore one backup.'\ngain = 'A loss is a checklist.'"
        )
        .unwrap();
    }
    text
}

/// A campaign in the middle: everybody was reached about everything, many have said something.
fn state(program: &Program) -> State {
    let mut state = State::default();
    let adopted = Event::ConfigAdopted {
        digest: program.digest.clone(),
        initiatives: (0..INITIATIVES).map(initiative).collect(),
        renamed: Renames::default(),
        quarters: Default::default(),
    };
    let mut happens = |event| {
        let record = Record { seq: state.head.next(), at: now(), cause: None, event };
        state.apply(&record);
    };
    happens(adopted);
    let advocate = PersonId::parse("priya").unwrap();
    happens(Event::PersonLinked {
        person: advocate.clone(),
        slack: SlackUserId::parse("UADVOCATE").unwrap(),
        proof: None,
        replaces: None,
    });
    let quarter = program.initiatives[0].quarter;
    for number in 0..PEOPLE {
        let person = people(number);
        happens(Event::PersonLinked {
            person: person.clone(),
            slack: user(number),
            proof: None,
            replaces: None,
        });
        for about in 0..INITIATIVES {
            let delivery = DeliveryKey {
                person: person.clone(),
                initiative: initiative(about),
                quarter,
                touch: Touch::Pitch,
                occurrence: None,
            };
            let key = PostKey::Touch(delivery.clone());
            let id = key.id();
            happens(Event::PostIntended {
                key,
                attempt: 1,
                deadline: now(),
                teams: vec![team(number % TEAMS)],
                audience: Some(Audience::Product),
                lists: Vec::new(),
                found_as: None,
            });
            happens(Event::PostSent {
                post: id,
                attempt: 1,
                channel: SlackChannelId::parse("D1").unwrap(),
                ts: MessageTs::parse(&format!("{number}.{about:06}")).unwrap(),
                former: None,
            });
            if (number + about) % 3 == 0 {
                happens(Event::StanceTaken {
                    person: person.clone(),
                    initiative: initiative(about),
                    teams: vec![team(number % TEAMS)],
                    quarter,
                    stance: Stance::ALL[(number + about) / 3 % Stance::ALL.len()],
                    how: How::Clicked,
                });
            }
            if about == 7 && number % 10 == 0 {
                let held = DeliveryKey { touch: Touch::LastCall, ..delivery };
                happens(Event::DeliveryJudged {
                    delivery: held,
                    verdict: Verdict::Held,
                    by: advocate.clone(),
                });
            }
        }
        if number % 20 == 0 {
            happens(Event::MessageReceived {
                person,
                initiative: Some(initiative(number % INITIATIVES)),
                said: Said::Question,
                text: Some(Personal::new(people(number), NAMES[2].repeat(40))),
                place: None,
                thread: None,
                referral: None,
            });
        }
    }
    state
}

/// Every page that the buttons of `home` lead to.
fn ways(home: &Home) -> Vec<Page> {
    let rows = home.parts.iter().filter_map(|part| match part {
        Part::Row { buttons, .. } => Some(buttons),
        _ => None,
    });
    let turns = rows.flatten().filter_map(|button| match &button.action {
        Action::Turn { page } => Some(page.clone()),
        _ => None,
    });
    turns.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_of_a_large_organisation_is_one_that_slack_takes() {
    let program = program();
    let state = state(&program);
    let seen = Observations::default();
    let until = now() + SignedDuration::from_hours(24 * 7);
    let world = World::without_bot(&sample()).await;
    let address = format!("{}/api/views.publish", world.base.trim_end_matches('/'));
    let slack_takes = async |view: Value| {
        let body = json!({ "user_id": world.person("priya").await.id, "view": view });
        let answer = world.http.post(&address).bearer_auth("xoxb-sandbox").json(&body).send().await.unwrap();
        answer.json::<Value>().await.unwrap()
    };
    let advocate = SlackUserId::parse("UADVOCATE").unwrap();
    assert!(oversees(&program, &state, &advocate) && !oversees(&program, &state, &user(0)));
    let coming = plan::forecast(&program, &state, &seen, now(), until);
    let argued = Argued::of(&program);
    let standings = Standings::of(&program, &state, &seen, &argued, |_| true, now());
    let queue = plan::queue(&program, &state, &seen, now());
    let ahead = Ahead { standings: &standings, coming: &coming, queue: &queue };
    let mut met: HashSet<Page> = HashSet::new();
    let mut waiting = vec![Page::First];
    // One of each kind in every place would take long: of long lists the first, a middle and the last.
    while let Some(page) = waiting.pop() {
        if met.len() > 80 || !met.insert(page.clone()) {
            continue;
        }
        let home = home(&program, &state, &seen, ahead, &advocate, &page, now());
        assert_eq!(home.page, page);
        let blocks = home.parts.len();
        let view = slack::home_view(&home);
        let shown = view["blocks"].as_array().unwrap().len();
        assert!(shown <= 100 && !view.to_string().contains("and 1 more"), "{page:?}: {shown} of {blocks}");
        for block in view["blocks"].as_array().unwrap() {
            assert!(
                !block.to_string().contains("\"mrkdwn\"") || !block.to_string().contains("<!"),
                "{block}"
            );
        }
        let answer = slack_takes(view).await;
        assert_eq!(answer["ok"], json!(true), "{page:?}: {answer:#}");
        waiting.extend(ways(&home));
    }
    for reader in 0..5 {
        let home = home(&program, &state, &seen, ahead, &user(reader * TEAMS), &Page::First, now());
        let answer = slack_takes(slack::home_view(&home)).await;
        assert_eq!(answer["ok"], json!(true), "{answer:#}");
    }
}

#[test]
fn a_survey_of_all_initiatives_says_what_each_says_by_itself() {
    let program = program();
    let state = state(&program);
    let seen = Observations::default();
    let standings = Standings::of(&program, &state, &seen, &Argued::of(&program), |_| true, now());
    let survey = standings.survey(&program, |_| true, 3);
    assert_eq!(survey.next.len(), 3);
    for (rank, initiative) in program.initiatives.iter().enumerate().step_by(9) {
        let stakeholders = program.stakeholders(initiative);
        assert_eq!(survey.progress[rank], Progress::of(&state, &seen, initiative, &stakeholders));
        let sorted = |gaps: &[canvass::domain::coverage::Gap]| {
            let mut gaps: Vec<String> = gaps.iter().map(|gap| format!("{gap:?}")).collect();
            gaps.sort();
            gaps
        };
        let coverage = Coverage::of(&program, &state, &seen, initiative, now());
        assert!(!coverage.gaps.is_empty());
        assert_eq!(sorted(&survey.gaps[rank]), sorted(&coverage.gaps));
    }
}
