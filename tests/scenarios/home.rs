//! App Home: what is asked of a stakeholder, what an advocate does next, fresh while it is open.

use serde_json::json;

use super::reload::Organisation;
use crate::world::{World, words};

const PITCHED: &str = "2026-12-03T18:00:00Z";

async fn pitched() -> World {
    let world = World::sample().await;
    world.advance_to(PITCHED).await;
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stakeholder_answers_in_app_home_and_changes_the_answer_there() {
    let world = pitched().await;
    let ana = world.person("ana").await;
    ana.opens_home().await;
    let home = ana.reads_at_home("What is asked of you").await;
    let shown = words(&home);
    for wanted in
        ["Not this quarter", "Plans freeze on Friday 15 January", "Stop all messages", "Ask a question"]
    {
        assert!(shown.contains(wanted), "{wanted} in {shown}");
    }
    ana.clicks_at_home("Put in our plan").await;
    let answered = words(&ana.reads_at_home("What you answered").await);
    assert!(answered.contains("Recorded") && answered.contains("Priya"), "{answered}");
    ana.reads("Recorded").await;

    ana.clicks_at_home("Let's talk").await;
    ana.reads_at_home("talk").await;
    let priya = world.person("priya").await;
    assert!(priya.commands("coverage payment-deadlines").await.contains("considering"));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_stopped_everything_undoes_it_in_one_place() {
    let world = pitched().await;
    let henrik = world.person("henrik").await;
    henrik.opens_home().await;
    henrik.reads_at_home("Will you back it").await;
    henrik.clicks_at_home("Stop all messages").await;
    let home = words(&henrik.reads_at_home("You stopped all messages").await);
    assert_eq!(home.matches("Undo").count(), 1, "{home}");
    assert!(!home.contains("What you answered"), "{home}");
    henrik.clicks_at_home("Undo").await;
    henrik.reads_at_home("Will you back it").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_advocate_reads_whom_to_talk_to_and_it_stays_fresh() {
    let world = pitched().await;
    let (priya, ana) = (world.person("priya").await, world.person("ana").await);
    priya.opens_home().await;
    let home = words(&priya.reads_at_home("Where they stand").await);
    for wanted in ["Talk to next", "Next to go out", "Pause sending", "0 for it"] {
        assert!(home.contains(wanted), "{wanted} in {home}");
    }
    ana.clicks("Put in our plan").await;
    priya.reads_at_home("1 for it").await;

    priya.clicks_at_home("Who stands where").await;
    let coverage = words(&priya.reads_at_home("Eng. managers").await);
    assert!(coverage.contains("Ana Souza") && coverage.contains("plans it"), "{coverage}");
    priya.clicks_at_home("Left out").await;
    priya.reads_at_home("Who and what is left out").await;
    priya.clicks_at_home("This week").await;
    priya.reads_at_home("What goes out this week").await;
    priya.clicks_at_home("Overview").await;
    priya.reads_at_home("Talk to next").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_ask_stands_in_both_homes_and_in_nobody_elses() {
    let world = pitched().await;
    let (priya, ana, ben) =
        (world.person("priya").await, world.person("ana").await, world.person("ben").await);
    ana.types("Does the time limit double charge anybody when it strikes?").await;
    priya.opens_home().await;
    ana.opens_home().await;
    ben.opens_home().await;
    ana.reads_at_home("What you asked").await;
    priya.reads_at_home("double charge").await;
    let bens = words(&ben.reads_at_home("What is asked of you").await);
    assert!(!bens.contains("double charge") && !bens.contains("Ana"), "{bens}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_published_twice_unchanged() {
    let world = pitched().await;
    let ana = world.person("ana").await;
    ana.opens_home().await;
    ana.reads_at_home("What is asked of you").await;
    for _ in 0..3 {
        ana.opens_home().await;
    }
    // What comes after is answered after: the openings before it were looked at.
    ana.clicks_at_home("Put in our plan").await;
    ana.reads_at_home("What you answered").await;
    let calls = world.get("calls?method=views.publish").await;
    assert_eq!(calls["calls"].as_array().unwrap().len(), 2, "{calls:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_was_published_meanwhile_gives_way() {
    let world = pitched().await;
    let ana = world.person("ana").await;
    ana.opens_home().await;
    ana.reads_at_home("What is asked of you").await;
    world.post("faults", json!({ "method": "views.publish", "kind": "hash_conflict" })).await;
    ana.clicks_at_home("Put in our plan").await;
    ana.reads_at_home("What you answered").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_is_told_whom_to_ask() {
    let world = pitched().await;
    let stranger = json!({ "id": "U0NEWCOMER", "name": "newcomer", "real_name": "New Comer" });
    world.post("person", stranger).await;
    let newcomer = world.person("newcomer").await;
    newcomer.opens_home().await;
    newcomer.reads_at_home("I don't know you yet").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_oversees_and_is_asked_has_both_pages() {
    let organisation = Organisation::copy();
    organisation.edit("canvass.toml", |text| text.replace("admins = []", "admins = [\"ben\"]"));
    let world = World::with(&organisation.path()).await;
    world.advance_to(PITCHED).await;
    let ben = world.person("ben").await;
    ben.opens_home().await;
    ben.reads_at_home("Where they stand").await;
    ben.clicks_at_home("Asked of me").await;
    let mine = words(&ben.reads_at_home("What is asked of you").await);
    assert!(mine.contains("Not this quarter") && mine.contains("Overview"), "{mine}");
    ben.clicks_at_home("Not this quarter").await;
    let answered = words(&ben.reads_at_home("What you answered").await);
    assert!(answered.contains("Overview"), "the same page is shown after a click: {answered}");
}
