//! Block Kit rules as a table.

use serde_json::{Value, json};

use super::{Surface, check_message, check_view};

fn check(blocks: Value, expected: &[&str]) {
    let found: Vec<String> = check_message(&blocks).iter().map(ToString::to_string).collect();
    assert_eq!(found, expected, "{blocks}");
}

fn check_modal(view: Value, expected: &[&str]) {
    let found: Vec<String> = check_view(&view, Surface::Modal).iter().map(ToString::to_string).collect();
    assert_eq!(found, expected, "{view}");
}

fn plain(text: &str) -> Value {
    json!({"type": "plain_text", "text": text})
}

fn button(action_id: &str) -> Value {
    json!({"type": "button", "text": plain("Go"), "action_id": action_id})
}

fn options(count: usize) -> Vec<Value> {
    (0..count).map(|n| json!({"text": plain(&format!("Option {n}")), "value": n.to_string()})).collect()
}

#[test]
fn a_message_with_everything_it_may_have_is_taken() {
    check(
        json!([
            {"type": "header", "text": plain("Head"), "block_id": "h"},
            {"type": "section", "text": {"type": "mrkdwn", "text": "*b*", "verbatim": true},
             "accessory": {"type": "overflow", "action_id": "o", "options": options(5)}},
            {"type": "section", "fields": [plain("a"), {"type": "mrkdwn", "text": "b"}]},
            {"type": "divider"},
            {"type": "context", "elements": [plain("c"), {"type": "image", "image_url": "https://x.example/i.png", "alt_text": "i"}]},
            {"type": "actions", "elements": [
                {"type": "button", "text": plain(&"x".repeat(75)), "action_id": "1", "value": "v".repeat(2000),
                 "style": "primary", "url": "https://x.example", "confirm": {"title": plain("t"), "text": plain("x"), "confirm": plain("y"), "deny": plain("n")}},
                {"type": "static_select", "action_id": "2", "options": options(100)},
                {"type": "datepicker", "action_id": "3", "initial_date": "2026-12-07"},
            ]},
            {"type": "rich_text", "elements": [
                {"type": "rich_text_section", "elements": [{"type": "text", "text": "x", "style": {"bold": true}}]},
                {"type": "rich_text_list", "style": "bullet", "elements": [{"type": "rich_text_section", "elements": [{"type": "link", "url": "https://x.example"}]}]},
            ]},
            {"type": "image", "image_url": "https://x.example/i.png", "alt_text": "i", "title": plain("t")},
        ]),
        &[],
    );
}

#[test]
fn each_rule_names_the_place_in_slacks_words() {
    let section = |text: Value| json!([{"type": "section", "text": text}]);
    let actions = |elements: Value| json!([{"type": "actions", "elements": elements}]);
    check(json!("x"), &["must provide an array [json-pointer:/blocks]"]);
    check(json!(["x"]), &["must provide an object [json-pointer:/blocks/0]"]);
    check(json!([{}]), &["missing required field: type [json-pointer:/blocks/0]"]);
    check(json!([{"type": "sektion"}]), &["unsupported type: sektion [json-pointer:/blocks/0/type]"]);
    check(json!([{"type": "section"}]), &["must define either `text` or `fields` [json-pointer:/blocks/0]"]);
    check(
        json!([{"type": "divider", "text": plain("x")}]),
        &["invalid additional property: text [json-pointer:/blocks/0]"],
    );
    check(section(json!("x")), &["must provide an object [json-pointer:/blocks/0/text]"]);
    check(section(plain("")), &["must be more than 0 characters [json-pointer:/blocks/0/text/text]"]);
    check(
        section(plain(&"x".repeat(3001))),
        &["must be less than 3001 characters [json-pointer:/blocks/0/text/text]"],
    );
    check(
        section(json!({"type": "markdown", "text": "x"})),
        &["unsupported type: markdown [json-pointer:/blocks/0/text/type]"],
    );
    check(
        json!([{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}]),
        &["unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]"],
    );
    check(
        json!([{"type": "header", "text": plain(&"x".repeat(151))}]),
        &["must be less than 151 characters [json-pointer:/blocks/0/text/text]"],
    );
    check(
        json!([{"type": "section", "fields": vec![plain("x"); 11]}]),
        &["no more than 10 items allowed [json-pointer:/blocks/0/fields]"],
    );
    check(
        json!([{"type": "section", "fields": [plain(&"x".repeat(2001))]}]),
        &["must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]"],
    );
    check(
        json!([{"type": "context", "elements": vec![plain("x"); 11]}]),
        &["no more than 10 items allowed [json-pointer:/blocks/0/elements]"],
    );
    check(actions(json!([])), &["must provide at least 1 items [json-pointer:/blocks/0/elements]"]);
    let many: Vec<Value> = (0..26).map(|n| button(&n.to_string())).collect();
    check(actions(json!(many)), &["no more than 25 items allowed [json-pointer:/blocks/0/elements]"]);
    check(
        actions(json!([button("a"), button("a")])),
        &["`action_id` \"a\" already exists [json-pointer:/blocks/0/elements/1/action_id]"],
    );
    check(
        json!([{"type": "divider", "block_id": "x"}, {"type": "divider", "block_id": "x"}]),
        &["`block_id` \"x\" already exists [json-pointer:/blocks/1/block_id]"],
    );
    check(
        json!([{"type": "divider", "block_id": "x".repeat(256)}]),
        &["must be less than 256 characters [json-pointer:/blocks/0/block_id]"],
    );
    check(
        json!(vec![json!({"type": "divider"}); 51]),
        &["no more than 50 items allowed [json-pointer:/blocks]"],
    );
}

#[test]
fn elements_are_checked_where_they_stand() {
    let actions = |element: Value| json!([{"type": "divider"}, {"type": "actions", "elements": [element]}]);
    let mut long = button("a");
    long["text"] = plain(&"x".repeat(76));
    check(actions(long), &["must be less than 76 characters [json-pointer:/blocks/1/elements/0/text/text]"]);
    let mut disabled = button("a");
    disabled["disabled"] = json!(true);
    check(actions(disabled), &["invalid additional property: disabled [json-pointer:/blocks/1/elements/0]"]);
    let mut styled = button("a");
    styled["style"] = json!("loud");
    check(actions(styled), &["must be a valid enum value [json-pointer:/blocks/1/elements/0/style]"]);
    let mut linked = button("a");
    linked["url"] = json!("x.example");
    check(actions(linked), &["must be a valid URL [json-pointer:/blocks/1/elements/0/url]"]);
    let mut valued = button("a");
    valued["value"] = json!("v".repeat(2001));
    check(actions(valued), &["must be less than 2001 characters [json-pointer:/blocks/1/elements/0/value]"]);
    let mut confirmed = button("a");
    confirmed["confirm"] =
        json!({"title": plain("t"), "text": plain("x"), "confirm": plain(&"y".repeat(31))});
    check(
        actions(confirmed),
        &[
            "must be less than 31 characters [json-pointer:/blocks/1/elements/0/confirm/confirm/text]",
            "missing required field: deny [json-pointer:/blocks/1/elements/0/confirm]",
        ],
    );
    check(
        actions(json!({"type": "overflow", "action_id": "a", "options": options(6)})),
        &["no more than 5 items allowed [json-pointer:/blocks/1/elements/0/options]"],
    );
    check(
        actions(json!({"type": "radio_buttons", "action_id": "a", "options": options(11)})),
        &["no more than 10 items allowed [json-pointer:/blocks/1/elements/0/options]"],
    );
    check(
        actions(json!({"type": "static_select", "action_id": "a", "options": options(101)})),
        &["no more than 100 items allowed [json-pointer:/blocks/1/elements/0/options]"],
    );
    check(
        actions(json!({"type": "static_select", "action_id": "a"})),
        &["must define either `options` or `option_groups` [json-pointer:/blocks/1/elements/0]"],
    );
    check(
        actions(json!({"type": "static_select", "action_id": "a", "options": options(2),
            "initial_option": {"text": plain("?"), "value": "?"}})),
        &["must match one of the provided options [json-pointer:/blocks/1/elements/0/initial_option]"],
    );
    check(
        actions(json!({"type": "plain_text_input", "action_id": "a"})),
        &["unsupported type: plain_text_input [json-pointer:/blocks/1/elements/0/type]"],
    );
    check(
        actions(json!({"type": "datepicker", "action_id": "a", "initial_date": "2026-02-30"})),
        &["must be a valid date [json-pointer:/blocks/1/elements/0/initial_date]"],
    );
    check(
        json!([{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": ""}]}]}]),
        &["must be more than 0 characters [json-pointer:/blocks/0/elements/0/elements/0/text]"],
    );
    check(
        json!([{"type": "image", "alt_text": "x"}]),
        &["must define either `image_url` or `slack_file` [json-pointer:/blocks/0]"],
    );
}

#[test]
fn a_modal_needs_a_short_title_and_a_submit_for_its_inputs() {
    let input = json!({"type": "input", "label": plain("L"), "element": {"type": "plain_text_input", "action_id": "a", "max_length": 3000}});
    check_modal(json!({"type": "modal", "title": plain("T"), "submit": plain("S"), "blocks": [input]}), &[]);
    check_modal(
        json!({"type": "modal", "title": plain("T"), "blocks": [input]}),
        &["must define `submit` to use an `input` block in modals [json-pointer:/view/blocks/0/input]"],
    );
    check_modal(
        json!({"type": "modal", "title": plain(&"x".repeat(25)), "blocks": []}),
        &["must be less than 25 characters [json-pointer:/view/title/text]"],
    );
    check_modal(
        json!({"type": "modal", "blocks": [], "submit_disabled": true}),
        &[
            "missing required field: title [json-pointer:/view]",
            "invalid additional property: submit_disabled [json-pointer:/view]",
        ],
    );
    check_modal(
        json!({"type": "modal", "title": plain("T"), "blocks": [{"type": "markdown", "text": "x"}]}),
        &["unsupported type: markdown [json-pointer:/view/blocks/0/type]"],
    );
    check_modal(
        json!({"type": "modal", "title": plain("T"), "blocks": [], "private_metadata": "x".repeat(3001)}),
        &["must be less than 3001 characters [json-pointer:/view/private_metadata]"],
    );
    check_modal(
        json!({"type": "modal", "title": plain("T"), "blocks": vec![json!({"type": "divider"}); 101]}),
        &["no more than 100 items allowed [json-pointer:/view/blocks]"],
    );
}
