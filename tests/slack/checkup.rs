//! What `canvass doctor` finds, in a workspace that is in order and in one with each fault.

use std::path::Path;

use axum::Router;
use axum::routing::post;
use canvass::clock::Clock;
use canvass::config;
use canvass::domain::program::Program;
use canvass::sandbox::{Limits, Seed, SeedPerson};
use canvass::service::seed::{self, SIGNING_SECRET};
use canvass::slack::checkup::{Checkup, Finding, Reach, Verdict};
use canvass::slack::{Settings, SigningSecret, Transport, manifest};
use jiff::ToSpan;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::http::Door;
use crate::sandbox::stand_in::StandIn;
use crate::world::{Transport as Wire, World, canvass};

/// What is different from a workspace in order.
struct Case {
    seed: Seed,
    settings: Settings,
    reach: Reach,
    clock: Clock,
    post: bool,
}

fn program() -> Program {
    config::load(Path::new("config")).unwrap().program
}

/// The findings after `change`.
async fn examine(change: impl AsyncFnOnce(&mut Case)) -> Vec<Finding> {
    let program = program();
    let manifest = manifest("/canvass", "Canvass", &Transport::Socket);
    let mut case = Case {
        seed: seed::seed(&program, manifest, "2026-12-07T09:00:00Z".parse().unwrap()),
        settings: Settings::new(seed::BOT_TOKEN.into(), Some(seed::APP_TOKEN.into())),
        reach: Reach::Sockets,
        clock: Clock::system(),
        post: false,
    };
    case.settings.api_url.clear();
    change(&mut case).await;
    let folder = tempfile::tempdir().unwrap();
    let limits = Limits { enforced: false, ..Limits::default() };
    let stand = StandIn::start_with(folder.path(), case.seed, limits).await;
    if case.settings.api_url.is_empty() {
        case.settings.api_url = stand.serving.api_url();
    }
    let Case { settings, reach, clock, post, .. } = case;
    let findings =
        Checkup { program: &program, slack: &settings, reach, clock, post }.examine().await.unwrap();
    if post {
        let log = stand.look("log").await;
        let posted = log["posted"].as_array().unwrap().len();
        assert!(posted <= 1, "one message at most: {log:#}");
    }
    findings
}

fn drawn(findings: &[Finding]) -> String {
    findings.iter().map(|finding| format!("{finding}\n")).collect()
}

/// Exactly one fault, of this check, that reads like this.
async fn has_fault(check: &str, part: &str, change: impl AsyncFnOnce(&mut Case)) {
    let findings = examine(change).await;
    let faults: Vec<&Finding> = findings.iter().filter(|finding| finding.verdict == Verdict::Fault).collect();
    assert!(
        faults.len() == 1 && faults[0].check == check && faults[0].to_string().contains(part),
        "{part} of {check} in:\n{}",
        drawn(&findings)
    );
    assert!(faults[0].advice.is_some());
}

#[tokio::test]
async fn a_workspace_in_order_has_no_fault() {
    let findings = examine(async |case| case.post = true).await;
    let said = drawn(&findings);
    assert!(findings.iter().all(|finding| finding.verdict != Verdict::Fault), "{said}");
    let clock = findings.iter().find(|finding| finding.check == "clock").unwrap();
    insta::assert_snapshot!("in_order", said.replace(&clock.says, "[the clock]"));
}

#[tokio::test]
async fn without_being_asked_to_nothing_is_posted() {
    let findings = examine(async |_| {}).await;
    let tab = findings.iter().find(|finding| finding.check == "message tab").unwrap();
    assert_eq!(tab.verdict, Verdict::Unseen);
}

#[tokio::test]
async fn every_fault_of_the_app_is_named() {
    has_fault("token", "invalid_auth", async |case| {
        case.settings.bot_token = "xoxb-another".into();
    })
    .await;
    has_fault("socket mode", "Copy the app-level token", async |case| {
        case.settings.app_token = Some("xapp-another".into());
    })
    .await;
    has_fault("socket mode", "belongs into SLACK_BOT_TOKEN", async |case| {
        case.settings.app_token = Some(seed::BOT_TOKEN.into());
    })
    .await;
    has_fault("socket mode", "Switch Socket Mode on", async |case| {
        case.seed.app.manifest["settings"]["socket_mode_enabled"] = json!(false);
    })
    .await;
    has_fault("scopes", "Missing: dnd:read.", async |case| without_scope(case, "dnd:read")).await;
    has_fault("message tab", "messages_tab_disabled", async |case| {
        case.post = true;
        case.seed.app.manifest["features"]["app_home"]["messages_tab_enabled"] = json!(false);
    })
    .await;
    has_fault("clock", "s behind", async |case| {
        case.clock = Clock::manual(Clock::system().now() - 2.minutes()).0;
    })
    .await;
}

fn without_scope(case: &mut Case, scope: &str) {
    let scopes = &mut case.seed.app.manifest["oauth_config"]["scopes"]["bot"];
    scopes.as_array_mut().unwrap().retain(|granted| granted != scope);
}

#[tokio::test]
async fn a_missing_scope_shows_in_what_it_is_for_too() {
    let faults = async |scope: &str| -> Vec<(String, String)> {
        let findings = examine(async |case| {
            case.post = true;
            without_scope(case, scope);
        })
        .await;
        let faults = findings.into_iter().filter(|finding| finding.verdict == Verdict::Fault);
        faults.map(|finding| (finding.check.to_owned(), finding.to_string())).collect()
    };
    for (scope, check) in [
        ("im:history", "metadata"),
        ("chat:write", "message tab"),
        ("users:read", "people"),
        ("im:write", "messages"),
    ] {
        let found = faults(scope).await;
        assert!(found.iter().any(|(at, text)| at == "scopes" && text.contains(scope)), "{found:#?}");
        assert!(found.iter().any(|(at, _)| at == check), "{scope}: {found:#?}");
    }
}

#[tokio::test]
async fn everybody_who_can_not_be_written_to_is_named() {
    let ana = |case: &mut Case| {
        case.seed.people.iter().position(|person| person.name == "ana").expect("Ana is in the sample")
    };
    has_fault("people", "Nobody in the workspace has Ana", async |case| {
        let ana = ana(case);
        case.seed.people.remove(ana);
    })
    .await;
    has_fault("people", "is deactivated", async |case| {
        let ana = ana(case);
        case.seed.people[ana].deleted = true;
    })
    .await;
    has_fault("people", "is a guest", async |case| {
        let ana = ana(case);
        case.seed.people[ana].is_restricted = true;
    })
    .await;
    // Slack calls nobody a stranger who shares a channel with the app. Ana is named by her Slack id, Henrik by
    // his e-mail address.
    for (name, full) in [("ana", "Ana Souza"), ("henrik", "Henrik Olsen")] {
        let of = |case: &mut Case| case.seed.people.iter().position(|person| person.name == name).unwrap();
        has_fault("people", &format!("{full}'s account belongs to another workspace"), async |case| {
            let person = of(case);
            case.seed.people[person].team_id = "T0ELSEWHERE".to_owned();
        })
        .await;
        has_fault("people", &format!("{full}'s account is a bot's"), async |case| {
            let person = of(case);
            case.seed.people[person].is_bot = true;
        })
        .await;
    }
    has_fault("people", "Two accounts have Henrik Olsen's e-mail address", async |case| {
        let henrik = case.seed.people.iter().find(|person| person.name == "henrik").unwrap().clone();
        case.seed.people.push(SeedPerson { id: "U0SECOND00".into(), name: "second".into(), ..henrik });
    })
    .await;
}

#[tokio::test]
async fn accounts_elsewhere_and_of_bots_with_somebodys_address_are_not_taken_for_them() {
    let findings = examine(async |case| {
        let henrik = case.seed.people.iter().find(|person| person.name == "henrik").unwrap().clone();
        let another = |id: &str| SeedPerson { id: id.into(), name: id.to_lowercase(), ..henrik.clone() };
        case.seed.people.extend([
            SeedPerson { team_id: "T0ELSEWHERE".into(), ..another("U0OUTSIDER") },
            SeedPerson { is_bot: true, ..another("U0BOTTY000") },
            SeedPerson { is_restricted: true, ..another("U0GUEST000") },
            SeedPerson { deleted: true, ..another("U0OLD00000") },
        ]);
    })
    .await;
    assert!(findings.iter().all(|finding| finding.verdict != Verdict::Fault), "{}", drawn(&findings));
}

#[tokio::test]
async fn an_address_that_nobody_answers_at_is_one_fault_and_not_ten() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let findings = examine(async |case| case.settings.api_url = format!("http://{free}/api/")).await;
    let token = findings.iter().find(|finding| finding.check == "token").unwrap();
    assert!(token.to_string().contains("can't be reached"), "{token}");
    assert!(findings.iter().all(|finding| finding.check != "people"), "{}", drawn(&findings));
}

/// HTTP mode at `base` with this secret.
async fn over_http(case: &mut Case, base: String, secret: &str) {
    let transport = Transport::Http { base: base.clone() };
    case.seed.app.manifest = manifest("/canvass", "Canvass", &transport);
    case.settings.app_token = None;
    case.reach = Reach::Http { secret: SigningSecret::new(&secret.into()), base, public: true };
}

async fn serve(app: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    base
}

#[tokio::test]
async fn in_http_mode_the_address_is_asked_as_slack_asks_it() {
    let door = Door::open().await;
    let base = format!("http://{}", door.address);
    let findings = examine(async |case| over_http(case, base.clone(), crate::http::SECRET).await).await;
    let said = drawn(&findings);
    assert!(findings.iter().all(|finding| finding.verdict != Verdict::Fault), "{said}");
    assert!(said.contains("answers a signed request and refuses a forged one"), "{said}");
    assert_eq!(door.taken(), 0);

    has_fault("http mode", "Start the service with the same secret", async |case| {
        over_http(case, base.clone(), "another").await;
    })
    .await;
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    has_fault("http mode", "does not answer", async |case| {
        over_http(case, format!("http://{free}"), "secret").await;
    })
    .await;
    has_fault("http mode", "HTTP status 404", async |case| {
        over_http(case, serve(Router::new()).await, "secret").await;
    })
    .await;
    let credulous = Router::new()
        .route("/slack/events", post(async |axum::Json(body): axum::Json<Value>| axum::Json(body)));
    has_fault("http mode", "that Slack did not sign", async |case| {
        over_http(case, serve(credulous).await, "secret").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_prints_a_line_for_each_check_and_says_by_its_exit_code_whether_all_is_well() {
    let world = World::over(Wire::Http).await;
    let doctor = |arguments: &[&str], secret: &str| {
        let mut command = canvass();
        command.arg("doctor").args(arguments).env("SLACK_API_URL", format!("{}/api/", world.base));
        command.env("SLACK_BOT_TOKEN", seed::BOT_TOKEN).env("SLACK_SIGNING_SECRET", secret);
        let output = command.env("CANVASS_LISTEN", &world.bot_listen).output().unwrap();
        (output.status.code(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
    };
    let (code, said) = doctor(&[], SIGNING_SECRET);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("ok      http mode"), "{said}");
    let (code, said) = doctor(&[], "another");
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("FAULT   http mode") && said.contains("1 fault."), "{said}");
    let (code, said) = doctor(&["--json"], SIGNING_SECRET);
    assert_eq!(code, Some(0), "{said}");
    let findings: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(findings[0]["check"], "token");
    assert_eq!(findings[0]["verdict"], "ok");
}
