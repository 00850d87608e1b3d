//! Slack's mrkdwn as HTML. Everything is escaped; only http(s) and mailto become links.

use jiff::tz::TimeZone;
use maud::{Markup, html};

use super::super::workspace::Workspace;
use super::when;

/// What a text may speak of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a> {
    pub(super) workspace: &'a Workspace,
    /// The reader's own.
    pub(super) zone: &'a TimeZone,
}

/// Emoji that a message is likely to use; others stay as their name.
const EMOJI: &[(&str, &str)] = &[
    ("wave", "👋"),
    ("white_check_mark", "✅"),
    ("heavy_check_mark", "✔️"),
    ("warning", "⚠️"),
    ("tada", "🎉"),
    ("calendar", "📅"),
    ("date", "📅"),
    ("spiral_calendar_pad", "🗓️"),
    ("palm_tree", "🌴"),
    ("bulb", "💡"),
    ("thumbsup", "👍"),
    ("+1", "👍"),
    ("thumbsdown", "👎"),
    ("-1", "👎"),
    ("eyes", "👀"),
    ("pray", "🙏"),
    ("rocket", "🚀"),
    ("chart_with_downwards_trend", "📉"),
    ("chart_with_upwards_trend", "📈"),
    ("bar_chart", "📊"),
    ("speech_balloon", "💬"),
    ("question", "❓"),
    ("bell", "🔔"),
    ("no_bell", "🔕"),
    ("hourglass", "⌛"),
    ("hourglass_flowing_sand", "⏳"),
    ("lock", "🔒"),
    ("x", "❌"),
    ("red_circle", "🔴"),
    ("large_green_circle", "🟢"),
    ("large_yellow_circle", "🟡"),
    ("white_circle", "⚪"),
    ("smile", "😄"),
    ("slightly_smiling_face", "🙂"),
    ("house_with_garden", "🏡"),
    ("face_with_thermometer", "🤒"),
    ("airplane", "✈️"),
    ("zzz", "💤"),
    ("memo", "📝"),
    ("link", "🔗"),
    ("arrow_right", "➡️"),
    ("information_source", "ℹ️"),
    ("star", "⭐"),
    ("fire", "🔥"),
];

/// A text in mrkdwn.
pub(super) fn render(text: &str, reader: Reader<'_>) -> Markup {
    let mut parts = text.split("```");
    let first = parts.next().unwrap_or_default();
    html! {
        (lines(first, reader))
        @for (index, part) in parts.enumerate() {
            @if index % 2 == 0 { pre { code { (unescape(part.trim_matches('\n'))) } } } @else { (lines(part, reader)) }
        }
    }
}

/// A plain text: only emoji and line breaks mean anything.
pub(super) fn plain(text: &str) -> Markup {
    html! {
        @for (index, line) in text.lines().enumerate() {
            @if index > 0 { br; }
            (emoji_only(line))
        }
    }
}

/// The character of an emoji's name, or the name between colons.
pub(super) fn emoji(name: &str) -> String {
    let bare = name.trim_matches(':');
    let known = EMOJI.iter().find(|(known, _)| *known == bare);
    known.map_or_else(|| format!(":{bare}:"), |(_, character)| (*character).to_owned())
}

fn emoji_only(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(':') {
        let (before, after) = rest.split_at(start);
        shown.push_str(before);
        match emoji_name(after) {
            Some(name) => {
                shown.push_str(&emoji(name));
                rest = after.get(name.len() + 2..).unwrap_or_default();
            }
            None => {
                shown.push(':');
                rest = after.get(1..).unwrap_or_default();
            }
        }
    }
    shown.push_str(rest);
    shown
}

/// The name at the start of `:name:…`, if it is an emoji that is known here.
fn emoji_name(text: &str) -> Option<&str> {
    let name = text.strip_prefix(':')?.split(':').next()?;
    let closed = text.get(name.len() + 1..)?.starts_with(':');
    (closed && EMOJI.iter().any(|(known, _)| *known == name)).then_some(name)
}

fn lines(text: &str, reader: Reader<'_>) -> Markup {
    let mut quoted: Vec<(bool, Vec<&str>)> = Vec::new();
    for line in text.split('\n') {
        let quote = line.strip_prefix("&gt;").or_else(|| line.strip_prefix('>'));
        let (is_quote, line) = (quote.is_some(), quote.unwrap_or(line));
        match quoted.last_mut() {
            Some((same, lines)) if *same == is_quote => lines.push(line),
            _ => quoted.push((is_quote, vec![line])),
        }
    }
    let block = |lines: &[&str]| {
        html! { @for (index, line) in lines.iter().enumerate() { @if index > 0 { br; } (inline(line, reader)) } }
    };
    html! {
        @for (is_quote, lines) in &quoted {
            @if *is_quote { blockquote { (block(lines)) } } @else { (block(lines)) }
        }
    }
}

/// One line.
fn inline(text: &str, reader: Reader<'_>) -> Markup {
    let Some((start, mark)) = text.char_indices().find(|(at, mark)| opens(text, *at, *mark)) else {
        return html! { (unescape(text)) };
    };
    let (before, from) = text.split_at(start);
    let inner = from.get(mark.len_utf8()..).unwrap_or_default();
    let end = match mark {
        '<' => inner.find('>'),
        ':' => emoji_name(from).map(str::len),
        _ => closing(inner, mark),
    };
    let Some(end) = end else {
        return html! { (unescape(before)) (mark) (inline(inner, reader)) };
    };
    let (inner, after) = inner.split_at(end);
    let after = after.get(mark.len_utf8()..).unwrap_or_default();
    html! {
        (unescape(before))
        @match mark {
            '<' => (reference(inner, reader)),
            ':' => (emoji(inner)),
            '`' => code { (unescape(inner)) },
            '*' => strong { (inline(inner, reader)) },
            '_' => em { (inline(inner, reader)) },
            _ => s { (inline(inner, reader)) },
        }
        (inline(after, reader))
    }
}

/// Whether a character begins something; marks do so only at the edge of a word.
fn opens(text: &str, at: usize, mark: char) -> bool {
    let edge = || {
        let (before, after) = text.split_at(at);
        !before.chars().next_back().is_some_and(char::is_alphanumeric)
            && after.chars().nth(1).is_some_and(|next| !next.is_whitespace())
    };
    match mark {
        '<' | '`' => true,
        ':' => text.get(at..).and_then(emoji_name).is_some(),
        '*' | '_' | '~' => edge(),
        _ => false,
    }
}

/// Where the mark closes.
fn closing(inner: &str, mark: char) -> Option<usize> {
    inner.match_indices(mark).map(|(at, _)| at).find(|at| {
        let (inside, after) = inner.split_at(*at);
        let tight = mark == '`' || !inside.chars().next_back().is_some_and(char::is_whitespace);
        let edge = mark == '`' || !after.chars().nth(1).is_some_and(char::is_alphanumeric);
        !inside.is_empty() && tight && edge
    })
}

/// What stands between `<` and `>`.
fn reference(inner: &str, reader: Reader<'_>) -> Markup {
    let (target, label) =
        inner.split_once('|').map_or((inner, None), |(target, label)| (target, Some(label)));
    if let Some(id) = target.strip_prefix('@') {
        return mention(id, label, reader);
    }
    if let Some(id) = target.strip_prefix('#') {
        return html! { span.mention { "#" (unescape(label.unwrap_or(id))) } };
    }
    if let Some(command) = target.strip_prefix('!') {
        return special(command, label, reader);
    }
    link(&unescape(target), &unescape(label.unwrap_or(target)))
}

/// A person's name, as a mention shows it.
pub(super) fn mention(id: &str, label: Option<&str>, reader: Reader<'_>) -> Markup {
    let known = reader.workspace.person(id).map(|person| person.real_name.clone());
    let name = known.unwrap_or_else(|| unescape(label.unwrap_or(id)));
    html! { span.mention { "@" (name) } }
}

fn special(command: &str, label: Option<&str>, reader: Reader<'_>) -> Markup {
    let mut parts = command.split('^');
    match parts.next() {
        Some("date") => {
            let seconds = parts.next().and_then(|seconds| seconds.parse().ok());
            let format = parts.next().unwrap_or("{date_num} {time}");
            let shown = seconds.and_then(|seconds| when::formatted(seconds, format, reader.zone));
            let shown = shown.unwrap_or_else(|| unescape(label.unwrap_or("date")));
            match parts.next() {
                Some(url) => link(&unescape(url), &shown),
                None => html! { time { (shown) } },
            }
        }
        Some("subteam") => html! { span.mention { (unescape(label.unwrap_or("@group"))) } },
        Some(range) => html! { span.mention.broadcast { "@" (unescape(label.unwrap_or(range))) } },
        None => html! {},
    }
}

/// A link, if its scheme is harmless; otherwise its words alone.
pub(super) fn link(url: &str, label: &str) -> Markup {
    let harmless = ["https://", "http://", "mailto:"].iter().any(|scheme| url.starts_with(scheme));
    html! {
        @if harmless { a href=(url) target="_blank" rel="noopener noreferrer" { (label) } } @else { (label) }
    }
}

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

#[cfg(test)]
mod tests;
