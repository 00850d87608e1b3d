//! An account is the human: who is believed to be whom, and what becomes of what they did.

use rustix::process::Signal;
use serde_json::json;

use super::reload::{Organisation, answers, linked, replaced};
use crate::world::{Actor, PATIENCE, World, sample, words};

/// Somebody with Henrik's address, whom nobody may take for him.
const IMPOSTORS: [(&str, &str); 3] =
    [("U0OUTSIDER", "team_id"), ("U0BOTTY000", "is_bot"), ("U0GUEST000", "is_restricted")];

const HENRIK: &str = "henrik.olsen@example.com";
const ANA: &str = "U06ANSZA213";
const PRIYA: &str = "U05PRYRMN01";
const WRONG: &str = "U0WRONG000";

/// The sample organization, with a Slack id that is somebody else's, who is there; so is its owner.
async fn mistaken(organisation: &Organisation, right: &str, name: &str, full: &str) -> World {
    organisation.edit("people.toml", |text| replaced(&text, right, WRONG));
    let mut world = World::without_bot(&organisation.path()).await;
    let email = format!("{name}.really@example.com");
    world
        .post(
            "person",
            json!({ "id": right, "name": format!("{name}-really"), "real_name": full, "email": email, "tz": "Europe/Lisbon" }),
        )
        .await;
    world.start_bot().await;
    world
}

/// The id in people.toml is corrected, and the bot is asked to read it.
fn correct(world: &World, organisation: &Organisation, right: &str) {
    organisation.edit("people.toml", |text| replaced(&text, WRONG, right));
    world.bot().signal(Signal::HUP);
}

/// Waits until somebody is told that they are unknown.
async fn is_unknown(actor: &Actor<'_>) {
    answers(actor, "bookings", "I don't know you").await;
}

fn count(sent: &[(String, String)], to: &str) -> usize {
    sent.iter().filter(|(name, _)| name == to).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outsider_a_bot_or_a_guest_with_somebodys_address_is_never_taken_for_them() {
    let mut world = World::without_bot(&sample()).await;
    let henrik = world.person("henrik").await.id;
    // His own account is gone, so nothing but the address speaks for anybody.
    world.post("person", json!({ "id": henrik, "deleted": true, "email": "gone@example.com" })).await;
    for (id, what) in IMPOSTORS {
        let value = if what == "team_id" { json!("T0ELSEWHERE") } else { json!(true) };
        let name = id.to_lowercase();
        world
            .post(
                "person",
                json!({ "id": id, "name": name, "real_name": "Henrik Olsen", "email": HENRIK, what: value }),
            )
            .await;
    }
    world.start_bot().await;
    world.advance_to("2026-12-10T18:00:00Z").await;
    for (id, what) in IMPOSTORS {
        let impostor = world.actor(id);
        assert!(impostor.messages().await.is_empty(), "{what}: nothing of Henrik's reaches them");
        if what != "is_bot" {
            let told = impostor.commands("bookings").await;
            assert!(told.contains("I don't know you"), "{what}: {told}");
        }
    }
    let priya = world.person("priya").await;
    priya.reads("so I don't send Henrik anything").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_accounts_with_one_address_are_told_and_nobody_is_chosen() {
    let mut world = World::without_bot(&sample()).await;
    let henrik = world.person("henrik").await.id;
    let second =
        json!({ "id": "U0SECOND00", "name": "second", "real_name": "Henrik Olsen", "email": HENRIK });
    world.post("person", second).await;
    world.start_bot().await;
    world.advance_to("2026-12-10T18:00:00Z").await;
    for id in [henrik.as_str(), "U0SECOND00"] {
        assert!(world.actor(id).messages().await.is_empty(), "{id}");
    }
    let priya = world.person("priya").await;
    priya.reads("Two Slack accounts have Henrik Olsen's").await;
    // The one that is left is theirs, and hears.
    world.post("person", json!({ "id": "U0SECOND00", "deleted": true })).await;
    linked(&world, "henrik").await;
    world.advance_to("2026-12-15T18:00:00Z").await;
    assert!(!world.actor(&henrik).messages().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_id_of_an_advocate_that_is_corrected_takes_every_right_from_the_stranger_at_once() {
    let organisation = Organisation::copy();
    let world = mistaken(&organisation, PRIYA, "priya", "Priya Raman").await;
    world.advance_to("2026-12-03T10:00:00Z").await;
    let (stranger, priya, ana) = (world.actor(WRONG), world.actor(PRIYA), world.actor(ANA));
    assert!(stranger.commands("coverage payment-deadlines").await.contains("Ana Souza"));
    ana.types("How do the deadlines work with our own retries?").await;
    stranger.reads("our own retries").await;

    correct(&world, &organisation, PRIYA);
    is_unknown(&stranger).await;
    let told = stranger.commands("coverage payment-deadlines").await;
    assert!(told.contains("I don't know you") && !told.contains("Ana"), "{told}");
    let had = stranger.messages().await.len();
    answers(&priya, "coverage payment-deadlines", "Ana Souza").await;
    priya.reads("Slack account was corrected").await;
    priya.reads("our own retries").await;
    ana.types("And who pays for the retries, and why?").await;
    priya.reads("who pays for the retries").await;
    assert_eq!(stranger.messages().await.len(), had, "nothing more reaches the stranger");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_id_of_a_stakeholder_that_is_corrected_leaves_the_answers_where_they_came_from() {
    let organisation = Organisation::copy();
    let world = mistaken(&organisation, ANA, "ana", "Ana Souza").await;
    world.advance_to("2026-12-03T18:00:00Z").await;
    let (stranger, ana, priya) = (world.actor(WRONG), world.actor(ANA), world.person("priya").await);
    let pitch = stranger.last_message().await;
    stranger.clicks_on(&pitch, "Put in our plan").await;
    let answered = stranger.reads("Recorded").await;
    answers(&priya, "coverage payment-deadlines", "committed").await;

    correct(&world, &organisation, ANA);
    is_unknown(&stranger).await;
    let row = priya.commands("coverage payment-deadlines").await;
    let row = row.lines().find(|line| line.contains("Ana Souza")).unwrap().to_owned();
    assert!(!row.contains("committed"), "{row}");
    stranger.clicks_on(&answered, "Change").await;
    stranger.reads("I don't know you").await;
    world.advance_to("2026-12-08T18:00:00Z").await;
    let first = ana.last_message().await;
    assert!(words(&first).contains("Put in our plan"), "she starts over: {first:#}");
    ana.clicks_on(&first, "Put in our plan").await;
    ana.reads("Recorded").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s20_a_replaced_account_is_found_again_and_gets_nothing_twice_and_nothing_of_before_until_it_is_confirmed()
 {
    let world = World::sample().await;
    let (old, priya) = (world.person("henrik").await, world.person("priya").await);
    world.advance_to("2026-12-04T10:00:00Z").await;
    assert!(!old.messages().await.is_empty(), "Henrik was written to");
    old.commands("ask payment-deadlines Do the llamas of the provider wait as long as ours?").await;
    priya.reads("llamas of the provider").await;

    world.post("person", json!({ "id": old.id, "deleted": true })).await;
    answers(&priya, "gaps payment-deadlines", "Henrik Olsen has left Slack").await;
    let new = "U0HENRIKNEW";
    let account = json!({ "id": new, "name": "henrik-new", "real_name": "Henrik Olsen", "email": HENRIK, "tz": "Europe/Berlin" });
    world.post("person", account).await;
    let wait = async { while priya.commands("gaps").await.contains("Henrik Olsen has left Slack") {} };
    tokio::time::timeout(PATIENCE, wait).await.expect("he is found again");
    let new = world.actor(new);
    new.opens_home().await;
    let home = words(&new.reads_at_home("What Canvass knows about me").await);
    assert!(!home.contains("llamas of the provider"), "what the other account asked is not shown: {home}");

    world.advance_to("2026-12-04T12:00:00Z").await;
    let notice = priya.reads("Henrik Olsen has a new Slack account").await;
    world.advance_to("2026-12-10T18:00:00Z").await;
    let got: Vec<String> = old.messages().await.iter().map(words).collect();
    for message in new.messages().await {
        assert!(!got.contains(&words(&message)), "nothing comes twice: {message:#}");
    }
    priya.clicks_on(&notice, "Same person").await;
    new.opens_home().await;
    new.reads_at_home("llamas of the provider").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_promised_to_an_account_of_before_outlives_a_wrong_one_that_took_its_place() {
    for stopped in [false, true] {
        let organisation = Organisation::copy();
        let world = World::with(&organisation.path()).await;
        world.advance_to("2026-12-04T10:00:00Z").await;
        let (first, priya) = (world.person("henrik").await, world.person("priya").await);
        let got: Vec<String> = first.messages().await.iter().map(words).collect();
        assert!(!got.is_empty(), "Henrik was written to");
        first.commands("ask payment-deadlines Do the llamas of the provider wait as long as ours?").await;
        priya.reads("llamas of the provider").await;
        if stopped {
            first.commands("stop").await;
            answers(&priya, "plan payment-deadlines", "asked for no more messages").await;
        }

        // Somebody else got his address, and is taken for him until people.toml says who he is.
        world.post("person", json!({ "id": first.id, "deleted": true })).await;
        let (wrong, right) = ("U0HENRIKSON", "U0HENRIKNEW");
        for (id, name, email) in
            [(wrong, "henrikson", HENRIK), (right, "henrik-new", "henrik.anew@example.com")]
        {
            let account = json!({ "id": id, "name": name, "real_name": "Henrik Olsen", "email": email, "tz": "Europe/Berlin" });
            world.post("person", account).await;
        }
        linked(&world, "henrik").await;
        let (wrong, right) = (world.actor(wrong), world.actor(right));
        priya.reads("Henrik Olsen has a new Slack account").await;
        organisation.edit("people.toml", |text| {
            replaced(&text, &format!("email = \"{HENRIK}\""), &format!("slack = \"{}\"", right.id))
        });
        world.bot().signal(Signal::HUP);
        is_unknown(&wrong).await;
        let notice = priya.reads("Henrik Olsen's Slack account was corrected").await;
        let had = wrong.messages().await.len();

        world.advance_to("2026-12-15T18:00:00Z").await;
        assert_eq!(wrong.messages().await.len(), had, "nothing more reaches somebody else");
        let anew: Vec<String> = right.messages().await.iter().map(words).collect();
        assert_eq!(anew.is_empty(), stopped, "stopped: {stopped}: {anew:#?}");
        for message in &anew {
            assert!(!got.contains(message), "nothing comes twice: {message}");
        }
        let known = async |actor: &Actor<'_>| {
            actor.opens_home().await;
            words(&actor.reads_at_home("What Canvass knows about me").await)
        };
        assert!(!known(&right).await.contains("llamas"), "not before somebody has said that he is the same");
        if stopped {
            let told = priya.commands("same @henrik-new").await;
            assert!(told.contains("Henrik"), "{told}");
        } else {
            priya.clicks_on(&notice, "Same person").await;
            priya.reads("is Henrik's again").await;
        }
        right.opens_home().await;
        right.reads_at_home("llamas of the provider").await;
        wrong.opens_home().await;
        let home = words(&wrong.reads_at_home("I don't know you").await);
        assert!(!home.contains("llamas"), "{home}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_outlives_an_id_that_is_renamed_without_saying_so_or_half_saved() {
    for half_saved in [false, true] {
        let organisation = Organisation::copy();
        let world = World::with(&organisation.path()).await;
        world.advance_to("2026-11-24T18:00:00Z").await;
        let (henrik, priya) = (world.person("henrik").await, world.person("priya").await);
        let had = count(&world.sent().await, "henrik");
        assert!(had > 0, "the heads-up");
        henrik.commands("stop").await;
        answers(&priya, "plan payment-deadlines", "asked for no more messages").await;
        let person = |text: &str| {
            let (before, rest) = text.split_once("[people.henrik]").unwrap();
            let (his, after) = rest.split_once("\n\n").unwrap();
            (before.to_owned(), format!("[people.henrik-olsen]{his}"), after.to_owned())
        };
        let files = ["payment-deadlines", "safe-rollouts", "restore-drills"];
        for file in files {
            organisation
                .edit(&format!("initiatives/{file}.toml"), |text| text.replace("\"henrik\"", "\"carla\""));
        }
        let renamed = |text: String| {
            let (before, his, after) = person(&text);
            let text = format!("{before}{his}\n\n{after}");
            text.replace("reports_to = \"henrik\"", "reports_to = \"henrik-olsen\"")
        };
        if half_saved {
            let whole = std::fs::read_to_string(organisation.path().join("people.toml")).unwrap();
            organisation.edit("people.toml", |text| {
                let (before, _, after) = person(&text);
                format!("{before}{after}").replace("reports_to = \"henrik\"\n", "")
            });
            world.bot().signal(Signal::HUP);
            let wait =
                async { while priya.commands("plan payment-deadlines").await.contains("Henrik Olsen") {} };
            tokio::time::timeout(PATIENCE, wait).await.expect("he is gone");
            organisation.edit("people.toml", |_| renamed(whole));
        } else {
            organisation.edit("people.toml", renamed);
        }
        world.bot().signal(Signal::HUP);
        answers(&priya, "plan payment-deadlines", "asked for no more messages").await;
        world.advance_to("2026-12-10T18:00:00Z").await;
        let sent = world.sent().await;
        // A command's answer counts as none of them.
        assert_eq!(count(&sent, "henrik"), had, "half saved: {half_saved}: {sent:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_human_under_two_ids_is_written_to_once_and_the_plan_says_why() {
    let organisation = Organisation::copy();
    organisation.edit("people.toml", |text| {
        format!(
            "{text}\n[people.ana-two]\nname = \"Ana Twice\"\nemail = \"ana@example.com\"\naudiences = [\"product\"]\nteams = [\"checkout\"]\nsite = \"lisbon\"\n"
        )
    });
    let mut world = World::without_bot(&organisation.path()).await;
    // Her address is that of the account with her id; the one that the stand-in made for it is nobody's.
    let second = world.person("ana-two").await.id;
    world.post("person", json!({ "id": second, "email": "unused@example.com" })).await;
    world.start_bot().await;
    world.advance_to("2026-12-10T18:00:00Z").await;
    let once = World::sample().await;
    once.advance_to("2026-12-10T18:00:00Z").await;
    assert_eq!(count(&world.sent().await, "ana"), count(&once.sent().await, "ana"));
    let plan = world.person("priya").await.commands("plan payment-deadlines").await;
    let row = plan.lines().position(|line| line.contains("Ana Twice")).expect("she is in the plan");
    let row: Vec<&str> = plan.lines().skip(row).take(3).collect();
    assert!(row.join(" ").contains("also that of ana"), "{plan}");
}
