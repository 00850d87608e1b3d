//! A command acts on what it names, and on nothing else.

use serde_json::json;

use super::advocates::two_advocates;
use crate::world::{World, words};

#[tokio::test(flavor = "multi_thread")]
async fn whoever_advocates_one_initiative_never_acts_on_it_by_naming_another() {
    let folder = two_advocates();
    let world = World::with(folder.path()).await;
    world.advance_to("2026-12-03T17:30:00Z").await;
    let nadia = world.person("nadia").await;
    let others = "Only the advocates of “A time limit on payment calls” can do that: ask Priya";
    for command in [
        "correct payment-deadlines It was 11 incidents, not 12.",
        "correct A time limit on payment calls: it was 11 incidents.",
        "hold @leo payment-deadlines",
        "send @leo payment-deadlines",
        "handover @leo payment-deadlines",
        "handover @leo payment-deadlines back",
        "approve @leo payment-deadlines",
        "approve all payment-deadlines",
        "met @leo payment-deadlines considering talked at lunch",
        "note @leo payment-deadlines wants a number",
        "planned payment-deadlines data",
        "recall payment-deadlines",
        "stage payment-deadlines rehearsal",
    ] {
        let said = nadia.commands(command).await;
        assert!(said.contains(others), "{command}: {said}");
    }
    let misspelled = nadia.commands("correct restore-dril It was 5.").await;
    assert!(misspelled.contains("Did you mean restore-drills?"), "{misspelled}");
    let more = nadia.commands("hold @leo restore-drills and the others").await;
    assert!(more.contains("I don't understand “and the others” after it"), "{more}");
    world.settled().await;
    for reader in ["leo", "arjun", "ravi"] {
        let read = world.person(reader).await.messages().await;
        assert!(read.iter().all(|message| !words(message).contains("Corrected")), "{reader}");
    }
    let plan = nadia.commands("plan").await;
    assert!(!plan.contains("Held by") && !plan.contains("taken back"), "{plan}");
    assert!(!nadia.commands("coverage").await.contains("considering"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_shows_what_it_changes_and_changes_nothing_before_the_click() {
    let folder = two_advocates();
    let world = World::with(folder.path()).await;
    world.advance_to("2026-12-03T17:30:00Z").await;
    let (nadia, leo) = (world.person("nadia").await, world.person("leo").await);
    let corrected = async || {
        let read = leo.messages().await;
        read.iter().filter(|message| words(message).contains("Corrected on")).count()
    };

    // Hers is the only one, so it needs no name; what is meant is shown.
    nadia.commands("correct It took 5 hours, not 3.").await;
    let shown = nadia.modal().await;
    let read = words(&shown);
    assert!(
        read.contains("Restores that were practised") && read.contains("It took 5 hours, not 3."),
        "{read}"
    );
    assert!(
        read.contains("people") && shown["submit"]["text"].as_str().unwrap().starts_with("Correct "),
        "{shown}"
    );
    world.settled().await;
    assert_eq!(corrected().await, 0, "nothing before the click");
    let said = nadia.submits(&[]).await;
    assert!(words(&said["ack_payload"]["view"]).contains("Corrected: every copy about “Restores"), "{said}");
    leo.reads("It took 5 hours, not 3.").await;
    world.settled().await;
    assert_eq!(corrected().await, 2, "his heads-up and his pitch");

    // What is typed into the modal is shown once more as well.
    world.post("modal/close", json!({ "as": nadia.id, "all": true })).await;
    nadia.commands("correct restore-drills").await;
    nadia.submits(&[("what", json!("It took 6 hours."))]).await;
    let shown = nadia.sees("the confirmation", |seen| {
        let modal = seen["modals"].as_array()?.last()?;
        words(modal).contains("will say:").then(|| words(modal))
    });
    assert!(shown.await.contains("It took 6 hours."));
    world.settled().await;
    assert!(leo.messages().await.iter().all(|message| !words(message).contains("It took 6 hours.")));
    nadia.submits(&[]).await;
    leo.reads("It took 6 hours.").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stance_after_a_full_name_is_recorded() {
    let world = World::sample().await;
    world.advance_to("2026-11-13T12:00:00Z").await;
    let priya = world.person("priya").await;
    let said = priya.commands("met @Ben Carter payment-deadlines considering talked at lunch").await;
    assert!(said.contains("you talked with Ben Carter") && said.contains("as considering"), "{said}");
    assert!(priya.commands("coverage payment-deadlines").await.contains("considering"));
    let said = priya.commands("met @ben payment-deadlines first step, over lunch").await;
    assert!(said.contains("as first step"), "{said}");
    let said = priya.commands("met @Ben Cartr payment-deadlines declined").await;
    assert!(said.contains("Did you mean @Ben Carter?"), "{said}");
    let said = priya.commands("met @ben payment-deadlines consdering talked at lunch").await;
    assert!(said.contains("Did you mean considering?"), "{said}");
    let said = priya.commands("met @ben payment-deadlines talked at lunch").await;
    assert!(said.contains("No stance was recorded"), "{said}");
    let shown = priya.commands("preview @Ben Carter payment-deadlines heads-up").await;
    assert!(shown.contains("as Ben Carter would get it"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn leave_is_entered_for_ones_own_stakeholders_only() {
    let folder = two_advocates();
    let world = World::with(folder.path()).await;
    let (nadia, priya, henrik) =
        (world.person("nadia").await, world.person("priya").await, world.person("henrik").await);
    let refused = nadia.commands("leave @ana 2026-12-21..2026-12-23").await;
    assert!(refused.contains("Ana Souza is not a stakeholder of any initiative you advocate"), "{refused}");
    assert!(
        nadia.commands("leave @Leo Fischer 2026-12-21..2026-12-23").await.contains("Leo Fischer is away")
    );
    assert!(priya.commands("leave @ana 2026-12-21..2026-12-23").await.contains("Ana Souza is away"));
    // An admin sees everything.
    assert!(henrik.commands("leave @ana none").await.contains("Ana Souza is back"));
}
