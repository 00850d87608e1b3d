//! What people type, as Slack hands it on: people, channels, groups and links stand in it as `<…>`
//! (docs.slack.dev/messaging/formatting-message-text).
//!
//! Invariant: it is read once, from front to back, so that no name and no label becomes markup again.

use super::hidden::without_hidden;
use super::ids::SlackUserId;

/// The longest `<…>` that is read; what is longer stays as it was typed. An address has 3,000 characters at most.
const LONGEST: usize = 4_000;

/// `text` as a person reads it: names for people, channels and groups, links with their label, and nothing that
/// nobody sees. `name` says what an account is called, if it is known.
pub fn readable(text: &str, name: impl Fn(&SlackUserId) -> Option<String>) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let (before, from) = rest.split_at_checked(at).unwrap_or((rest, ""));
        shown.push_str(before);
        let inner = from.get(1..).unwrap_or_default();
        // A token has neither a line end nor another `<` in it.
        let end = inner
            .find(['<', '>', '\n'])
            .filter(|end| *end <= LONGEST && inner.get(*end..).is_some_and(|after| after.starts_with('>')));
        match end.and_then(|end| Some((end, token(inner.get(..end)?, &name)?))) {
            Some((end, read)) => {
                shown.push_str(&read);
                rest = inner.get(end + 1..).unwrap_or_default();
            }
            None => {
                shown.push('<');
                rest = inner;
            }
        }
    }
    shown.push_str(rest);
    without_hidden(&shown).into_owned()
}

/// What stands between `<` and `>`, read; None if it is no token but what somebody typed.
fn token(inner: &str, name: &impl Fn(&SlackUserId) -> Option<String>) -> Option<String> {
    let (what, label) = match inner.split_once('|') {
        Some((what, label)) => (what, Some(label.trim()).filter(|label| !label.is_empty())),
        None => (inner, None),
    };
    let at = |label: &str| format!("@{}", label.trim_start_matches('@'));
    if let Some(id) = what.strip_prefix('@') {
        let id = SlackUserId::parse(id).ok()?;
        let called = name(&id).or_else(|| label.map(str::to_owned));
        return Some(called.map_or_else(|| format!("somebody ({id})"), |called| at(&called)));
    }
    if let Some(id) = what.strip_prefix('#') {
        is_id(id).then_some(())?;
        return Some(label.map_or_else(
            || format!("a channel ({id})"),
            |label| format!("#{}", label.trim_start_matches('#')),
        ));
    }
    if let Some(special) = what.strip_prefix('!') {
        if let Some(group) = special.strip_prefix("subteam^") {
            is_id(group).then_some(())?;
            return Some(label.map_or_else(|| format!("a user group ({group})"), at));
        }
        return match special {
            "here" | "channel" | "everyone" => Some(format!("@{special}")),
            // A date carries what to show where it can't be shown.
            _ => Some(label?.to_owned()),
        };
    }
    if let Some(mail) = what.strip_prefix("mailto:").or_else(|| what.strip_prefix("tel:")) {
        return Some(label.unwrap_or(mail).to_owned());
    }
    if !what.starts_with("https://") && !what.starts_with("http://") {
        return None;
    }
    Some(match label {
        // Slack gives an address that was typed bare a label, often without its scheme.
        Some(label) if !what.trim_end_matches('/').ends_with(label.trim_end_matches('/')) => {
            format!("{label} ({what})")
        }
        Some(_) | None => what.to_owned(),
    })
}

fn is_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= 32 && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_for_people_channels_groups_and_links_is_read_by_its_name() {
        let name = |id: &SlackUserId| (id.as_str() == "U1").then(|| "Ana Souza".to_owned());
        let check = |text: &str, expected: &str| assert_eq!(readable(text, name), expected, "{text}");
        check("does <@U1> know?", "does @Ana Souza know?");
        check("does <@U1|ana> know?", "does @Ana Souza know?");
        check("does <@U2|ben> know?", "does @ben know?");
        check("does <@U2> know?", "does somebody (U2) know?");
        check("see <#C024BE7LR|general> or <#C1>", "see #general or a channel (C1)");
        check("<!subteam^S012|@checkout-team>, <!subteam^S012>", "@checkout-team, a user group (S012)");
        check("<!here> <!channel> <!everyone>", "@here @channel @everyone");
        check("<!date^1392734382^{date}|18 Feb 2014>", "18 Feb 2014");
        check("<https://example.com/a?b=1|the design>", "the design (https://example.com/a?b=1)");
        check("<https://example.com/>", "https://example.com/");
        check("<http://example.com|example.com>", "http://example.com");
        check("<mailto:a@example.com|a@example.com>", "a@example.com");
        check("<tel:+351123|+351 123>", "+351 123");
        // What somebody typed stays.
        check("a < b > c, <b>, i <3 it, <@ana>, < @U1>", "a < b > c, <b>, i <3 it, <@ana>, < @U1>");
        check("<https://example.com", "<https://example.com");
        check("<<@U1>>", "<@Ana Souza>");
        check("one\u{202e}owt\r\nlines", "oneowt\nlines");
    }

    #[test]
    fn a_name_never_becomes_markup() {
        let name = |_: &SlackUserId| Some("<!channel>".to_owned());
        assert_eq!(readable("<@U1>", name), "@<!channel>");
    }

    #[test]
    fn many_openings_are_read_in_one_pass() {
        let text = "<".repeat(40_000);
        assert_eq!(readable(&text, |_| None), text);
        let text = "<@U1".repeat(10_000);
        assert_eq!(readable(&text, |_| None), text);
    }
}
