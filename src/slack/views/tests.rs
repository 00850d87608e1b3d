//! What is drawn, and that it keeps Slack's limits whatever is said.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::Value;

use crate::domain::effect::PostId;
use crate::domain::ids::SlackUserId;
use crate::domain::message::{
    Action, Answer, Button, Field, Input, Look, Message, Modal, ModalKind, Paragraph, Part, Span,
};

use super::*;

fn post() -> PostId {
    PostId::parse("9ff5fb5708b31b4499d44f8c1fef4a83").unwrap()
}

fn button(label: &str, action: Action, look: Look) -> Button {
    Button { label: label.into(), action, look }
}

fn pitch() -> Message {
    let plain = |label: &str, action| button(label, action, Look::Plain);
    Message {
        notification: "Ana, payment incidents interrupted Checkout 14 times between July and September"
            .into(),
        parts: vec![
            "Ana, payment incidents interrupted Checkout 14 times & more <than> once.".into(),
            Paragraph(vec![
                Span::Text("Read the ".into()),
                Span::Link { label: "design".into(), url: "https://example.com/d?a=1&b=2".into() },
                Span::Text(", ask ".into()),
                Span::Mention(SlackUserId::parse("U1").unwrap()),
                Span::Text(" or type ".into()),
                Span::Code("/canvass help".into()),
                Span::Text(". ".into()),
                Span::Strong("By Friday.".into()),
            ])
            .into(),
            Part::List(vec!["A first step".into(), "The rest".into()]),
            Part::Quote("We did this *last* year <!channel>".into()),
        ],
        recorded: Some("Recorded: in your plan. Priya sees it.".into()),
        buttons: vec![
            button("Put in our plan", Action::Answer(Answer::PlanIt), Look::Primary),
            plain("Open the design", Action::Open { url: "https://example.com/d".into() }),
            button("Not this quarter", Action::Answer(Answer::No), Look::Danger),
        ],
        overflow: vec![
            plain("Where the numbers come from, and why me", Action::Numbers),
            plain("Stop these messages", Action::Stop),
        ],
        footer: Some("Priya's bot, sent only to you. PagerDuty, as of 12 Nov.".into()),
        attachment: None,
    }
}

impl From<Paragraph> for Part {
    fn from(paragraph: Paragraph) -> Self {
        Self::Paragraph(paragraph)
    }
}

impl From<&str> for Part {
    fn from(text: &str) -> Self {
        Self::Paragraph(text.into())
    }
}

fn field(name: &'static str, input: Input) -> Field {
    Field { name, label: format!("The {name}"), hint: Some("A line of help".into()), optional: true, input }
}

fn modal() -> Modal {
    let options = vec![("a".to_owned(), "The first".to_owned()), ("b".to_owned(), "The second".to_owned())];
    Modal {
        kind: ModalKind::Reason { post: post() },
        title: "Why not this quarter?".into(),
        parts: vec!["A no is fine.".into(), Part::Divider],
        fields: vec![
            field(
                "text",
                Input::Text {
                    lines: true,
                    most: 2_000,
                    placeholder: Some("In your words".into()),
                    initial: None,
                },
            ),
            field("which", Input::Choice(options.clone())),
            field("ticks", Input::Ticks { options, initial: vec![] }),
            field("until", Input::Date { initial: Some(jiff::civil::date(2026, 12, 24)) }),
            field("who", Input::Person),
        ],
        submit: Some("Send".into()),
    }
}

#[test]
fn a_message_is_drawn_with_its_prose_controls_and_footer() {
    insta::assert_json_snapshot!(Value::from(body(&pitch(), Some(post()))));
}

#[test]
fn a_modal_is_drawn_with_every_kind_of_input() {
    insta::assert_json_snapshot!(modal_view(&modal()));
}

#[test]
fn a_listing_is_drawn_as_a_table_that_only_one_person_sees() {
    let table = Part::Table {
        header: vec!["Team".into(), "Reached".into()],
        rows: vec![vec!["Checkout".into(), "3/4".into()], vec!["Ledger & Co".into(), "1/2".into()]],
    };
    let message = Message::new("Coverage", vec![Part::Heading("Coverage".into()), table]);
    insta::assert_json_snapshot!(ephemeral(&message, None));
}

#[test]
fn the_buttons_of_a_preview_name_no_message() {
    let drawn = Value::from(blocks(&pitch(), None)).to_string();
    assert!(drawn.contains("plan_it"));
    assert!(!drawn.contains(&post().to_string()));
}

#[test]
fn nothing_that_was_written_becomes_markup() {
    let evil = "<!channel> <@U1> <https://evil.example|click> & *bold* `code`";
    let mut message =
        Message::new(evil, vec![evil.into(), Part::Quote(evil.into()), Part::Heading(evil.into())]);
    message.footer = Some(Paragraph(vec![
        Span::Strong(evil.into()),
        Span::Link { label: evil.into(), url: "https://example.com/?a=<b>|c".into() },
    ]));
    let drawn = body(&message, Some(post()));
    // Only mrkdwn and `text` are parsed by Slack.
    let mut parsed = vec![drawn["text"].as_str().unwrap().to_owned()];
    walk(&Value::from(drawn), &mut |json| {
        if json["type"] == "mrkdwn" {
            parsed.push(json["text"].as_str().unwrap().to_owned());
        }
    });
    assert_eq!(parsed.len(), 2);
    for text in parsed {
        assert!(!text.contains("<!"), "{text}");
        assert!(!text.contains("<@"), "{text}");
        assert!(!text.contains("<https://evil"), "{text}");
    }
}

#[test]
fn a_long_table_says_how_many_rows_are_missing() {
    let rows: Vec<Vec<String>> = (0..3_000).map(|i| vec![format!("Team number {i}"), "3/4".into()]).collect();
    let table = Part::Table { header: vec!["Team".into(), "Reached".into()], rows };
    let drawn = blocks(&Message::new("Coverage", vec![table]), None);
    assert_eq!(faults(&drawn, 50), Vec::<String>::new());
    let shown = Value::from(drawn.clone()).to_string().matches("Team number").count();
    let last = drawn.last().unwrap()["elements"][0]["text"].as_str().unwrap();
    assert_eq!(last, format!("… and {} more", 3_000 - shown));
}

#[test]
fn the_controls_are_never_the_part_that_is_left_out() {
    let mut message = pitch();
    message.parts = vec!["x".repeat(2_999).as_str().into(); 200];
    let drawn = blocks(&message, Some(post()));
    assert_eq!(faults(&drawn, 50), Vec::<String>::new());
    let kinds: Vec<&str> = drawn.iter().rev().take(4).map(|block| block["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["context", "actions", "rich_text", "divider"]);
}

fn walk(json: &Value, visit: &mut dyn FnMut(&Value)) {
    visit(json);
    match json {
        Value::Object(fields) => fields.values().for_each(|value| walk(value, visit)),
        Value::Array(items) => items.iter().for_each(|value| walk(value, visit)),
        _ => {}
    }
}

/// Slack's rules, written down a second time: what in `blocks` breaks one.
fn faults(blocks: &[Value], most: usize) -> Vec<String> {
    let mut faults = Vec::new();
    let mut expect = |holds: bool, what: String| {
        if !holds {
            faults.push(what);
        }
    };
    let length = |json: &Value| json.as_str().map_or(0, |text| text.encode_utf16().count());
    expect(blocks.len() <= most, format!("{} blocks", blocks.len()));
    let ids: BTreeSet<&str> = blocks.iter().filter_map(|block| block["block_id"].as_str()).collect();
    expect(ids.len() == blocks.len(), "block ids are not unique".into());
    for block in blocks {
        let kind = block["type"].as_str().unwrap_or_default();
        let mut total = 0;
        walk(block, &mut |json| {
            if json["type"] == "text" || json["type"] == "link" {
                total += length(&json["text"]);
                expect(length(&json["text"]) > 0, "an empty text element".into());
            }
        });
        expect(total <= 3_000, format!("{kind} with {total} units"));
        match kind {
            "rich_text" | "divider" => {}
            "header" => expect((1..=150).contains(&length(&block["text"]["text"])), "header text".into()),
            "context" => {
                expect((1..=3_000).contains(&length(&block["elements"][0]["text"])), "context text".into());
            }
            "actions" => {
                let elements = block["elements"].as_array().unwrap();
                expect((1..=25).contains(&elements.len()), "number of controls".into());
                let ids: BTreeSet<&str> = elements.iter().map(|e| e["action_id"].as_str().unwrap()).collect();
                expect(ids.len() == elements.len(), format!("action ids are not unique: {ids:?}"));
                for element in elements {
                    if element["type"] == "overflow" {
                        let options = element["options"].as_array().unwrap();
                        expect((2..=5).contains(&options.len()), "number of options".into());
                        for option in options {
                            expect((1..=75).contains(&length(&option["text"]["text"])), "option text".into());
                            expect((1..=75).contains(&length(&option["value"])), "option value".into());
                        }
                    } else {
                        expect((1..=75).contains(&length(&element["text"]["text"])), "button text".into());
                        expect(length(&element["url"]) <= 3_000, "button url".into());
                    }
                }
            }
            "input" => {
                expect((1..=2_000).contains(&length(&block["label"]["text"])), "input label".into());
                expect(length(&block["hint"]["text"]) <= 2_000, "input hint".into());
                let element = &block["element"];
                expect(length(&element["placeholder"]["text"]) <= 150, "placeholder".into());
                expect(element["max_length"].as_u64().unwrap_or(1) <= 3_000, "max_length".into());
                let options = element["options"].as_array().map_or(0, Vec::len);
                expect(options <= 10, "number of choices".into());
                for option in element["options"].as_array().into_iter().flatten() {
                    expect((1..=75).contains(&length(&option["text"]["text"])), "choice text".into());
                    expect((1..=75).contains(&length(&option["value"])), "choice value".into());
                }
            }
            other => expect(false, format!("unknown block {other}")),
        }
    }
    faults
}

/// Text of any length up to well above every limit, with characters that count twice.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof!["\\PC{0,60}", (1_usize..9_000).prop_map(|n| "a & <b> 👩‍🚀 ".chars().cycle().take(n).collect()),]
}

fn any_paragraph() -> impl Strategy<Value = Paragraph> {
    let span = prop_oneof![
        any_text().prop_map(Span::Text),
        any_text().prop_map(Span::Strong),
        any_text().prop_map(Span::Code),
        (any_text(), any_text())
            .prop_map(|(label, rest)| Span::Link { label, url: format!("https://example.com/{rest}") }),
        Just(Span::Mention(SlackUserId::parse("U1").unwrap())),
    ];
    proptest::collection::vec(span, 0..5).prop_map(Paragraph)
}

fn any_part() -> impl Strategy<Value = Part> {
    prop_oneof![
        any_text().prop_map(Part::Heading),
        any_paragraph().prop_map(Part::Paragraph),
        proptest::collection::vec(any_paragraph(), 0..8).prop_map(Part::List),
        any_text().prop_map(Part::Quote),
        any_paragraph().prop_map(Part::Small),
        Just(Part::Divider),
        proptest::collection::vec(any_text(), 0..40).prop_map(Part::Lines),
        (any_paragraph(), any_text()).prop_map(|(text, label)| {
            let entry = |action| Button { label: label.clone(), action, look: Look::Plain };
            let wake = entry(Action::Wake);
            Part::Row { about: None, text, buttons: vec![wake.clone(), entry(Action::Pause), wake] }
        }),
        (proptest::collection::vec("\\PC{0,80}", 0..6), 0_usize..200)
            .prop_map(|(cells, n)| Part::Table { header: cells.clone(), rows: vec![cells; n] }),
    ]
}

fn any_button() -> impl Strategy<Value = Button> {
    let action = prop_oneof![
        Just(Action::Answer(Answer::PlanIt)),
        any_text().prop_map(|url| Action::Open { url }),
        (1_usize..5_000).prop_map(|n| Action::Open { url: format!("https://example.com/{}", "x".repeat(n)) }),
        Just(Action::Stop),
    ];
    (any_text(), action).prop_map(|(label, action)| Button { label, action, look: Look::Plain })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn no_message_breaks_a_limit(
        notification in any_text(),
        parts in prop_oneof![3 => 0_usize..6, 1 => 40_usize..70].prop_flat_map(|n| proptest::collection::vec(any_part(), n)),
        recorded in proptest::option::of(any_paragraph()),
        footer in proptest::option::of(any_paragraph()),
        buttons in proptest::collection::vec(any_button(), 0..4),
        overflow in proptest::collection::vec(any_button(), 0..8),
    ) {
        // A message has each answer once.
        let mut buttons = buttons;
        let mut seen = BTreeSet::new();
        buttons.retain(|button| matches!(button.action, Action::Open { .. }) || seen.insert(word_of(&button.action)));
        let mut overflow = overflow;
        if overflow.len() == 1 {
            overflow.retain(|entry| seen.insert(word_of(&entry.action)));
        }
        let message = Message { notification, parts, recorded, buttons, overflow, footer, attachment: None };
        let body = body(&message, Some(post()));
        let text = body["text"].as_str().unwrap();
        prop_assert!(text.encode_utf16().count() <= 3_000);
        let blocks = body.get("blocks").and_then(Value::as_array).cloned().unwrap_or_default();
        prop_assert_eq!(faults(&blocks, 50), Vec::<String>::new());
    }

    #[test]
    fn no_modal_breaks_a_limit(
        title in any_text(),
        label in any_text(),
        parts in prop_oneof![3 => 0_usize..6, 1 => 90_usize..120].prop_flat_map(|n| proptest::collection::vec(any_part(), n)),
        options in proptest::collection::vec(("[a-z]{1,90}", any_text()), 0..14),
    ) {
        let mut modal = modal();
        modal.title = title;
        modal.parts = parts;
        modal.submit = Some(label.clone());
        for field in &mut modal.fields {
            field.label.clone_from(&label);
            field.hint = Some(label.clone());
            match &mut field.input {
                Input::Choice(all) | Input::Ticks { options: all, .. } | Input::Pick { options: all, .. } => {
                    all.clone_from(&options)
                }
                Input::Text { placeholder, .. } => *placeholder = Some(label.clone()),
                Input::Date { .. } | Input::Time | Input::Person => {}
            }
        }
        let view = modal_view(&modal);
        prop_assert_eq!(faults(view["blocks"].as_array().unwrap(), 100), Vec::<String>::new());
        for name in ["title", "submit", "close"] {
            let length = view[name]["text"].as_str().unwrap().encode_utf16().count();
            prop_assert!((1..=24).contains(&length), "{} of {}", name, length);
        }
        prop_assert!(view["private_metadata"].as_str().unwrap().len() <= 3_000);
        prop_assert!(view.to_string().len() <= 250_000);
    }
}
