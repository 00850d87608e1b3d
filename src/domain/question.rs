//! What becomes of a question: who answers it, by when, and what is no question at all (rule R9).

use std::collections::BTreeSet;

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::directory::Person;
use super::effect::PostKey;
use super::ids::{InitiativeId, PersonId, Seq};
use super::initiative::Initiative;
use super::program::Program;
use super::state::State;

/// How long an asker may take to say what a question is about before it goes to every advocate around.
pub const TO_PLACE: SignedDuration = SignedDuration::from_mins(10);

/// The advocates who answer what `asker` asked: the initiative's, or everybody's whose initiatives are
/// argued to them while it isn't known which. Never the asker.
pub fn in_charge(program: &Program, about: Option<&InitiativeId>, asker: &PersonId) -> Vec<PersonId> {
    let mut advocates = match about.and_then(|id| program.initiative(id)) {
        Some(initiative) => initiative.advocates.clone(),
        None => advocates_around(program, asker),
    };
    advocates.sort();
    advocates.dedup();
    advocates.retain(|advocate| advocate != asker);
    advocates
}

/// The advocates who hear and answer what was said in record `of`. What an account of before said concerns those around
/// the entry that it belonged to; of somebody who is in no entry any more only those go on who have heard it already.
pub fn in_charge_of(
    program: &Program,
    state: &State,
    of: Seq,
    about: Option<&InitiativeId>,
    asker: &PersonId,
) -> Vec<PersonId> {
    if program.people.contains_key(asker) {
        return in_charge(program, about, asker);
    }
    let entries = state.entries_of(asker).filter(|entry| program.people.contains_key(*entry));
    if let Some(entry) = entries.min() {
        return in_charge(program, about, entry);
    }
    let mut advocates = in_charge(program, about, asker);
    if about.and_then(|id| program.initiative(id)).is_none() {
        advocates.retain(|to| state.post_of(&PostKey::Relay { of, to: to.clone() }).is_some());
    }
    advocates
}

/// Whether an answer can be sent to whoever asked.
#[derive(Debug, Clone, Copy)]
pub enum Asker<'a> {
    /// It can.
    Here(&'a Person),
    /// Once an advocate has said whether the person of this entry, who has another account now, had the one that asked.
    Unconfirmed(&'a Person),
    /// It can't: no entry of the configuration is theirs.
    Gone,
}

/// Who it is that asked something as `asker`.
pub fn asker<'a>(program: &'a Program, state: &State, asker: &PersonId) -> Asker<'a> {
    if let Some(person) = program.people.get(asker) {
        return Asker::Here(person);
    }
    let waits =
        |entry: &&PersonId| state.person(entry).is_some_and(|known| known.waiting().any(|of| of == asker));
    let entries = state.entries_of(asker).filter(waits).filter_map(|entry| program.people.get(entry));
    entries.min_by_key(|entry| &entry.id).map_or(Asker::Gone, Asker::Unconfirmed)
}

/// The questions that nobody can answer, whatever an advocate says: whoever asked has no entry in the configuration.
pub fn unanswerable(program: &Program, state: &State) -> BTreeSet<Seq> {
    let is_gone = |of: &&Seq| {
        state
            .received
            .get(of)
            .is_some_and(|asked| matches!(asker(program, state, &asked.person), Asker::Gone))
    };
    state.questions.keys().filter(is_gone).copied().collect()
}

fn advocates_around(program: &Program, asker: &PersonId) -> Vec<PersonId> {
    let argued = argued(program, asker);
    if argued.is_empty() {
        let all = program.initiatives.iter().flat_map(|initiative| initiative.advocates.iter());
        return all.chain(&program.admins).cloned().collect();
    }
    argued.into_iter().flat_map(|initiative| initiative.advocates.iter().cloned()).collect()
}

/// The initiatives that are argued to `person`.
pub fn argued<'a>(program: &'a Program, person: &PersonId) -> Vec<&'a Initiative> {
    let Some(person) = program.people.get(person) else { return Vec::new() };
    let argued = |of: &&Initiative| !of.withdrawn && program.stakeholder(of, person).is_some();
    program.initiatives.iter().filter(argued).collect()
}

/// What `person` may be asking about: what is argued to them, or everything if nothing is.
pub fn choices<'a>(program: &'a Program, person: &PersonId) -> Vec<&'a Initiative> {
    let argued = argued(program, person);
    if argued.is_empty() {
        let open = |of: &&Initiative| !of.withdrawn && !in_charge(program, Some(&of.id), person).is_empty();
        return program.initiatives.iter().filter(open).collect();
    }
    argued
}

/// When an advocate gets a question that is theirs since then: at once, or when their hours open.
fn gets(program: &Program, advocate: &Person, zone: &TimeZone, since: Timestamp) -> Option<Timestamp> {
    program.hours_of(advocate).next(since, zone, &advocate.days_off)
}

/// By when an advocate answers: the end of the working day after the one on which they get the question.
pub fn answer_by(
    program: &Program,
    advocate: &Person,
    zone: &TimeZone,
    since: Timestamp,
) -> Option<Timestamp> {
    let gets = gets(program, advocate, zone, since)?;
    program.hours_of(advocate).end_of_next_day(gets, zone, &advocate.days_off)
}

/// When an unanswered question comes back to an advocate: a working day after they got it, which is
/// before the moment that the asker was promised.
pub fn comes_back(
    program: &Program,
    advocate: &Person,
    zone: &TimeZone,
    since: Timestamp,
) -> Option<Timestamp> {
    let gets = gets(program, advocate, zone, since)?;
    let local = zone.to_datetime(gets);
    let tomorrow = zone.to_timestamp(local.date().tomorrow().ok()?.to_datetime(Time::midnight())).ok()?;
    let opens = program.hours_of(advocate).next(tomorrow, zone, &advocate.days_off)?;
    zone.to_timestamp(zone.to_datetime(opens).date().to_datetime(local.time())).ok()
}

/// What people write to be polite, or to say that they read it.
const REMARKS: [&str; 52] = [
    "thanks",
    "thank",
    "you",
    "thx",
    "ty",
    "cheers",
    "ok",
    "okay",
    "k",
    "kk",
    "great",
    "good",
    "cool",
    "nice",
    "perfect",
    "super",
    "sure",
    "fine",
    "yes",
    "yep",
    "yeah",
    "no",
    "nope",
    "got",
    "it",
    "understood",
    "noted",
    "done",
    "will",
    "do",
    "sounds",
    "looks",
    "lgtm",
    "ack",
    "hi",
    "hello",
    "hey",
    "bye",
    "so",
    "much",
    "very",
    "a",
    "lot",
    "that",
    "this",
    "all",
    "for",
    "the",
    "info",
    "answer",
    "helps",
    "helpful",
];

/// Most words of something that is said to be polite; what has more is taken for a question.
const LONGEST_REMARK: usize = 100;

/// Whether an answer is wanted: not of "thanks", "ok" or an emoji. What can't be told is a question.
pub fn is_question(text: &str) -> bool {
    if text.contains('?') || text.split_whitespace().nth(LONGEST_REMARK).is_some() {
        return true;
    }
    !is_courtesy(text)
        && !words_of(text).take(LONGEST_REMARK).all(|word| REMARKS.contains(&word.to_lowercase().as_str()))
}

/// Words that say thanks, hello or goodbye.
const THANKS: [&str; 15] = [
    "thanks",
    "thank",
    "thx",
    "ty",
    "cheers",
    "hi",
    "hello",
    "hey",
    "bye",
    "goodbye",
    "morning",
    "afternoon",
    "evening",
    "weekend",
    "welcome",
];

/// Words that may stand beside them and say no more. "Yes" and "no" do.
const BESIDE: [&str; 32] = [
    "you", "so", "much", "very", "a", "lot", "many", "for", "that", "this", "it", "the", "info", "answer",
    "help", "your", "all", "good", "there", "nice", "great", "cool", "perfect", "super", "ok", "okay", "and",
    "have", "team", "again", "quick", "everyone",
];

/// Whether a text is a courtesy, to which nothing is to be said and which nobody has to read: thanks, a greeting, an
/// emoji.
pub fn is_courtesy(text: &str) -> bool {
    if text.contains('?') || text.split_whitespace().nth(LONGEST_COURTESY).is_some() {
        return false;
    }
    let words: Vec<String> = words_of(text).map(str::to_lowercase).collect();
    let thanks = |word: &String| THANKS.contains(&word.as_str());
    let says_no_more = words.iter().all(|word| thanks(word) || BESIDE.contains(&word.as_str()));
    !text.trim().is_empty() && says_no_more && (words.is_empty() || words.iter().any(thanks))
}

/// Most words of a courtesy.
const LONGEST_COURTESY: usize = 12;

/// The words of a text, without emoji and punctuation.
fn words_of(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace()
        .filter(|word| !is_emoji(word))
        .flat_map(|word| word.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()))
}

/// What people type who want to hear nothing more. Only all of a message counts: a longer one may say more than that.
const STOPS: [&str; 20] = [
    "stop",
    "stop it",
    "stop this",
    "stop that",
    "stop all",
    "stop everything",
    "stop messages",
    "stop messaging me",
    "stop writing to me",
    "stop writing me",
    "stop the messages",
    "stop these messages",
    "stop all messages",
    "stop sending messages",
    "stop sending these messages",
    "stop sending me messages",
    "unsubscribe",
    "unsubscribe me",
    "opt out",
    "opt-out",
];

/// Whether all that a text says is that its writer wants to hear nothing more. A question whether is none.
pub fn is_stop(text: &str) -> bool {
    // The longest has four words, and "please" may stand at either end.
    if text.split_whitespace().nth(8).is_some() {
        return false;
    }
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    let words =
        words.iter().map(|word| word.trim_matches(['.', '!', ',', ';', '…', '*', '_', '"', '“', '”']));
    let words: Vec<&str> = words.filter(|word| !word.is_empty() && *word != "please").collect();
    STOPS.contains(&words.join(" ").as_str())
}

/// As Slack writes an emoji (":+1:", ":wave::skin-tone-2:").
fn is_emoji(word: &str) -> bool {
    word.len() > 2 && word.starts_with(':') && word.ends_with(':')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_says_nothing_else_is_a_stop() {
        for stop in [
            "stop",
            "Stop.",
            "STOP!!",
            " please stop ",
            "Stop, please.",
            "Unsubscribe",
            "stop these messages",
            "*stop*",
        ] {
            assert!(is_stop(stop), "{stop}");
        }
        for other in [
            "",
            "please",
            "stop?",
            "don't stop",
            "stop deadlines",
            "When do they stop",
            "stop . . . . . . . . the queue",
        ] {
            assert!(!is_stop(other), "{other}");
        }
    }

    #[test]
    fn a_courtesy_says_thanks_or_hello_and_nothing_else() {
        let courtesies = [
            "thanks",
            "Thank you so much!",
            "thx",
            "Ok, thanks",
            "Great, thanks a lot for the info.",
            "Hi",
            "hello there",
            "Good morning!",
            ":+1:",
            "👍",
            "thanks :wave:",
            "Bye!",
        ];
        for courtesy in courtesies {
            assert!(is_courtesy(courtesy), "{courtesy}");
        }
        for other in [
            "",
            "  ",
            "ok",
            "yes",
            "No, thanks",
            "yes thanks",
            "thanks?",
            "thanks, but what about refunds",
            "done",
            "the answer",
        ] {
            assert!(!is_courtesy(other), "{other}");
        }
        assert!(!is_courtesy(&"thanks ".repeat(13)));
    }

    #[test]
    fn thanks_and_emoji_are_no_questions() {
        let check = |text: &str, expected: bool| assert_eq!(is_question(text), expected, "{text}");
        for remark in
            ["thanks", "Thank you so much!", "ok", "OK, got it.", ":+1:", "👍", "  ", "Sounds good :wave:"]
        {
            check(remark, false);
        }
        for question in
            ["why", "Is there a flag?", "ok?", "cost", "thanks, but what about refunds", "¿y esto?"]
        {
            check(question, true);
        }
        check(&"ok ".repeat(20_000), true);
    }
}
