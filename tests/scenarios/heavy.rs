//! However much somebody types, others are answered meanwhile; and nothing of it is in a log.

use std::fs;
use std::time::Duration;

use canvass::clock::monotonic;
use futures_util::future::join_all;
use serde_json::json;

use crate::bench::organisation::{Organisation, Touches};
use crate::world::{Running, World, words};

const PITCHED: &str = "2026-12-03T10:30:00Z";

#[tokio::test(flavor = "multi_thread")]
async fn another_persons_click_is_acknowledged_while_somebody_types_forty_thousand_letters() {
    let world = World::sample().await;
    world.advance_to(PITCHED).await;
    let (ana, ben, priya) =
        (world.person("ana").await, world.person("ben").await, world.person("priya").await);
    let many = |word: &str| word.repeat(40_000 / word.len());
    let different: String = (0..8_000).map(|at| format!("w{at:03x} ")).collect();
    let typed = [many("b "), many("paymnt "), different, many("x"), many("<@U1 ")];
    let commands = [
        format!("correct {}", many("a ")),
        format!("hold {}", many("a ")),
        format!("met @ben {}", many("time limit ")),
        format!("ask {}", many("b ")),
        format!("hold @{}", many("b")),
        many("h"),
    ];
    let message = ben.last_message().await;
    let typing = join_all(typed.iter().map(|text| ana.types(text)));
    let commanding = join_all(commands.iter().map(|text| priya.commands(text)));
    let clicking = async {
        let clicked = ben.clicks_on(&message, "Put in our plan").await;
        clicked["acked_in_ms"].as_u64().unwrap()
    };
    let (_, said, slowest) = tokio::join!(typing, commanding, clicking);
    assert!(slowest < 2_500, "Slack waits three seconds; this took {slowest} ms");
    // Each command is answered, and none repeats all of it.
    assert!(said.iter().all(|said| said.len() < 3_000), "{said:#?}");
    world.settled().await;
    assert!(priya.commands("coverage payment-deadlines").await.contains("committed"));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_log_however_talkative_holds_what_people_wrote() {
    let world = World::without_bot(&crate::world::sample()).await;
    let log = world.folder.path().join("bot.log");
    let mut command = world.bot_command();
    command.env("CANVASS_LOG", "trace").stderr(fs::File::create(&log).unwrap());
    let bot = Running::new(command.spawn().unwrap());
    world.advance_to(PITCHED).await;
    let (ana, dev, priya) =
        (world.person("ana").await, world.person("dev").await, world.person("priya").await);
    // Words that nobody else writes, each its own way in.
    ana.types("Which zebrafish owns this?").await;
    let relayed = priya.reads("Which zebrafish owns this?").await;
    priya.replies(&relayed, "The wolverine does.").await;
    ana.reads("The wolverine does.").await;
    priya.commands("note @ben likes capybaras").await;
    priya.commands("met @tomas payment-deadlines considering met at the axolotl").await;
    ana.commands("ask payment-deadlines what about pangolins?").await;
    priya.reads("what about pangolins?").await;
    dev.clicks("I have a concern").await;
    dev.submits(&[("text", json!("Too many quokkas."))]).await;
    priya.reads("Too many quokkas.").await;
    world.settled().await;
    assert_eq!(bot.stop(), Some(0));
    let lines = fs::read_to_string(&log).unwrap();
    assert!(lines.contains("DEBUG") || lines.contains("TRACE"), "it is talkative: {lines}");
    for word in
        ["zebrafish", "wolverine", "capybara", "axolotl", "pangolin", "quokka", "xoxb-", "@example.com"]
    {
        let found = lines.lines().find(|line| line.contains(word));
        assert_eq!(found, None, "{word}");
    }
    drop(world);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_shows_within_two_seconds_while_five_hundred_copies_are_corrected() {
    let config = tempfile::tempdir().unwrap();
    let organisation = Organisation {
        people: 500,
        initiatives: 1,
        touches: Touches::Pitch,
        one_zone: true,
        opens: jiff::civil::date(2026, 12, 14),
    };
    organisation.write(config.path());
    // As many updates as Slack lets through, so correcting every copy takes ten minutes.
    let mut world = World::at_rate(config.path(), "100").await;
    world.start_bot().await;
    while world.sent().await.len() < organisation.people {
        assert!(world.next_wake().await, "nothing was ever due");
    }
    let priya = world.actor("UADVOCATE");
    priya.commands("correct It was 18 pages, not 19.").await;
    priya.submits(&[]).await;

    let person = |number: usize| world.actor(&format!("U{number:09}"));
    let mut shown = Vec::new();
    for number in [1, 252, 451] {
        let reader = person(number);
        let message = reader.last_message().await;
        let began = monotonic();
        reader.clicks_on(&message, "Put in our plan").await;
        reader.reads("Recorded").await;
        shown.push(monotonic().duration_since(began));
    }
    assert!(shown.iter().all(|took| *took < Duration::from_secs(2)), "{shown:?}");
    let mut corrected = 0;
    for number in (0..organisation.people).step_by(25) {
        corrected += usize::from(words(&person(number).last_message().await).contains("Corrected on"));
    }
    assert!(corrected < 10, "{corrected} of 20 were corrected by then: nothing was in the way");
}
