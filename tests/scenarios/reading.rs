//! The reading commands beside the running service, and the advocate's own words.

use crate::world::{World, canvass, words};

const PITCHED: &str = "2026-12-03T10:30:00Z";

fn run(world: &World, arguments: &[&str]) -> (Option<i32>, String) {
    let output = canvass()
        .args(arguments)
        .arg("--data")
        .arg(world.data())
        .arg("--config")
        .arg(world.config())
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(text).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn reading_commands_answer_the_same_with_and_without_the_service() {
    let mut world = World::sample().await;
    world.advance_to(PITCHED).await;
    world.person("ana").await.clicks("Put in our plan").await;
    world.person("ana").await.reads("Recorded").await;
    let coverage = run(&world, &["coverage"]);
    assert_eq!(coverage.0, Some(0), "{}", coverage.1);
    assert!(coverage.1.contains("committed"), "{}", coverage.1);
    world.settled().await;
    let export = run(&world, &["export"]);
    assert_eq!(world.stop_bot(), Some(0));
    assert_eq!(run(&world, &["coverage"]), coverage);
    assert!(run(&world, &["export"]).1.lines().count() >= export.1.lines().count());
    let (code, plan) = run(&world, &["plan", "--at", "2026-12-07"]);
    assert_eq!(code, Some(0));
    assert!(plan.contains("LEFT OUT"), "{plan}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_journal_starts_paused_until_an_advocate_resumes() {
    let mut world = World::sample().await;
    world.advance_to(PITCHED).await;
    let export = world.folder.path().join("export.jsonl");
    assert_eq!(run(&world, &["export", export.to_str().unwrap()]).0, Some(0));
    world.advance_to("2026-12-20T12:00:00Z").await;
    let before = world.sent().await.len();
    let (code, refused) = run(&world, &["restore", export.to_str().unwrap()]);
    assert_eq!(code, Some(1), "{refused}");
    world.kill_bot();

    std::fs::remove_dir_all(world.data()).unwrap();
    let (code, said) = run(&world, &["restore", export.to_str().unwrap()]);
    assert_eq!(code, Some(0), "{said}");
    world.start_bot().await;
    let priya = world.person("priya").await;
    let campaign = |sent: &[(String, String)]| sent.iter().filter(|(to, _)| to != "priya").count();
    let after = world.sent().await;
    assert_eq!(campaign(&after), campaign(&after[..before]), "nothing is sent again");
    let plan = priya.commands("plan").await;
    assert!(plan.contains("Held"), "{plan}");
    assert!(priya.commands("resume").await.contains("Resumed"));
    world.advance_to("2027-02-15T12:00:00Z").await;
    let log = world.log().await;
    let ids: Vec<&str> =
        log.iter().filter_map(|posting| posting["metadata"]["event_payload"]["id"].as_str()).collect();
    let unique: std::collections::BTreeSet<&&str> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len(), "no message twice after a restore");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_recorded_by_hand_ends_the_messages_about_it() {
    let world = World::sample().await;
    world.advance_to("2026-11-13T12:00:00Z").await;
    let (priya, ben) = (world.person("priya").await, world.person("ben").await);
    let said = priya.commands("met @ben payment-deadlines first_step over lunch").await;
    assert!(said.contains("Recorded"), "{said}");
    let said = priya.commands("met @bem payment-deadlines").await;
    assert!(said.contains("Did you mean"), "{said}");
    world.advance_to("2027-01-16T12:00:00Z").await;
    let about =
        ben.messages().await.iter().filter(|message| words(message).contains("payment provider")).count();
    assert_eq!(about, 0);
    assert!(priya.commands("coverage payment-deadlines").await.contains("first step only"));
}

#[tokio::test(flavor = "multi_thread")]
async fn pause_holds_every_planned_message_and_resume_lets_them_go() {
    let world = World::sample().await;
    let priya = world.person("priya").await;
    assert!(priya.commands("pause").await.contains("Paused"));
    world.advance_to("2026-11-18T18:00:00Z").await;
    assert!(world.sent().await.iter().all(|(to, _)| to == "priya"));
    assert!(priya.commands("resume").await.contains("Resumed"));
    world.advance_to("2026-11-20T18:00:00Z").await;
    assert!(world.sent().await.iter().any(|(to, _)| to != "priya"));
}

#[tokio::test(flavor = "multi_thread")]
async fn office_hours_are_listed_and_an_advocate_can_copy_who_stands_where() {
    let world = World::sample().await;
    world.advance_to("2026-12-03T12:00:00Z").await;
    let (ben, priya) = (world.person("ben").await, world.person("priya").await);
    ben.clicks("Put in our plan").await;
    let hours = ben.commands("hours").await;
    assert!(hours.contains("Priya Raman") && hours.contains("Dec"), "{hours}");
    let rows = priya.commands("export payment-deadlines").await;
    assert!(
        rows.contains("payment-deadlines,2027-Q1,Checkout,engineering_manager,Ben Carter,no,committed"),
        "{rows}"
    );
    let refused = ben.commands("export payment-deadlines").await;
    assert!(!refused.contains("Ana") && refused.contains("I don't know"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_words_of_the_command_answer_or_say_what_to_do() {
    let world = World::sample().await;
    world.advance_to(PITCHED).await;
    let (priya, ana) = (world.person("priya").await, world.person("ana").await);
    let mut said = String::new();
    for text in [
        "help",
        "initiatives",
        "show payment-deadlines",
        "plan",
        "coverage",
        "gaps",
        "preview @ana",
        "preview @dev payment-deadlines last-call",
        "note @ana prefers mornings",
        "planned payment-deadlines checkout",
        "hlep",
        "show nothing-like-it",
        "met",
        "preview @nobody",
        "resume",
    ] {
        said.push_str(&format!("> /canvass {text}\n{}\n\n", priya.commands(text).await));
    }
    insta::assert_snapshot!("advocate", said);
    let mut said = String::new();
    for text in ["", "help", "initiatives", "show payment-deadlines", "pause", "gaps"] {
        said.push_str(&format!("> /canvass {text}\n{}\n\n", ana.commands(text).await));
    }
    insta::assert_snapshot!("stakeholder", said);
}
