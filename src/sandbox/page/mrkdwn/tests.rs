//! mrkdwn as the page draws it.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::super::super::person::Person;
use super::super::super::record::Record;
use super::super::super::seed::{SeedPerson, Team};
use super::*;

fn workspace() -> Workspace {
    let mut workspace = Workspace::found(Record::Founded {
        team: Team { id: "T1".into(), name: "Sample".into(), domain: "sample".into() },
        starts_at: Timestamp::UNIX_EPOCH,
        time_zone: "UTC".into(),
        user_groups: Vec::new(),
    })
    .unwrap();
    let ana = SeedPerson { id: "U1".into(), real_name: "Ana <b>Lima".into(), ..SeedPerson::default() };
    let person = Box::new(Person::from_seed(&ana, Timestamp::UNIX_EPOCH));
    workspace.apply(Record::Person { person });
    workspace
}

fn html_of(text: &str) -> String {
    let zone = TimeZone::get("Europe/Lisbon").unwrap();
    render(text, Reader { workspace: &workspace(), zone: &zone }).into_string()
}

#[test]
fn text_is_shown_as_slack_shows_it() {
    let check = |text: &str, expected: &str| assert_eq!(html_of(text), expected, "{text}");
    check(
        "a *bold* _word_ ~gone~ `*code*`",
        "a <strong>bold</strong> <em>word</em> <s>gone</s> <code>*code*</code>",
    );
    check("2*3*4 snake_case_name", "2*3*4 snake_case_name");
    check("*not closed", "*not closed");
    check("one\ntwo", "one<br>two");
    check("&gt; quoted\n&gt; twice\nnot", "<blockquote> quoted<br> twice</blockquote>not");
    check("```a &lt; b\nc```", "<pre><code>a &lt; b\nc</code></pre>");
    check("a &amp;lt; b", "a &amp;lt; b");
    check(
        "<https://x.example/?a=1&amp;b=2|here>",
        "<a href=\"https://x.example/?a=1&amp;b=2\" target=\"_blank\" rel=\"noopener noreferrer\">here</a>",
    );
    check("<javascript:alert(1)|here>", "here");
    check(
        "<@U1> <@U9|zoe>",
        "<span class=\"mention\">@Ana &lt;b&gt;Lima</span> <span class=\"mention\">@zoe</span>",
    );
    check("<!channel>", "<span class=\"mention broadcast\">@channel</span>");
    check("<!date^1796634000^{date_num} {time}|then>", "<time>2026-12-07 09:00</time>");
    check(":wave: :nope:", "👋 :nope:");
    check("10:30:45", "10:30:45");
}

proptest! {
    #[test]
    fn no_text_brings_a_tag_of_its_own(text in "[<>&;@!#|:*_~`a-z/\" ='\n]{0,60}") {
        let html = html_of(&text);
        for piece in html.split('<').skip(1) {
            let name: String = piece.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
            prop_assert!(
                ["a", "b", "br", "strong", "em", "s", "code", "pre", "span", "blockquote", "time"].contains(&name.as_str()),
                "{text} gave {html}"
            );
            prop_assert!(!piece.contains("onerror") && !piece.contains("script"));
        }
    }
}
