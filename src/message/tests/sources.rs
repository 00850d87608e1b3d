//! Evidence: where it is from, how old it is, and who sees what.

use super::*;

#[test]
fn everybody_who_sees_the_answer_is_named() {
    let footer = |program: &Program, reader: &str| {
        previewed(program, reader, Touch::Pitch, monday()).footer.unwrap().plain()
    };
    let mut program = program();
    assert_eq!(
        footer(&program, "ana"),
        "Priya's bot, sent only to you; only Priya sees your answer. PagerDuty, Zendesk, as of 10 Nov."
    );
    program.admins.insert(person_id("noor"));
    program.initiatives[0].advocates.push(person_id("sam"));
    assert_eq!(
        footer(&program, "ana"),
        "Priya and Sam's bot, sent only to you; only Priya, Sam and the admin Noor see your answer. PagerDuty, Zendesk, as of 10 Nov."
    );
    assert!(footer(&program, "noor").contains("only Priya and Sam see your answer"), "not the reader");
}

#[test]
fn old_evidence_is_called_old_and_carries_no_forecast() {
    let text = to_text(&previewed(&read_on(jiff::civil::date(2026, 8, 12)), "ana", Touch::Pitch, monday()));
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("I last read this on 12 August; newer numbers may differ."), "{text}");
    assert!(!flat.contains("Left alone"), "{text}");
    assert!(flat.contains("as of 12 Aug, not read since."), "{text}");
}

#[test]
fn every_figure_of_a_message_leads_to_its_source() {
    let mut all = String::new();
    for (person, touch) in [("ana", Touch::Pitch), ("carla", Touch::Pitch), ("sam", Touch::LastCall)] {
        let story = Story::new().sent(MONDAY, person, touch, &[]);
        let state = story.state();
        let id = key(person, touch).id();
        let post = state.post(id).unwrap();
        let modal = numbers(&program(), &state, &Observations::default(), post, id, at(MONDAY));
        assert!(modal.title.chars().count() <= 24, "Slack's limit for a modal's title");
        all.push_str(&format!("━━━ {person}, {}\n\n{}\n", touch.word(), modal_to_text(&modal)));
    }
    insta::assert_snapshot!("numbers", all);
}

#[test]
fn a_third_evidence_number_is_left_out() {
    let program = with(|initiative| {
        let words = initiative.words.get_mut(&Audience::Product).unwrap();
        words.left_alone = Some("It was {{ figure.pages }} pages, too.".into());
    });
    let text = to_text(&previewed(&program, "ana", Touch::Pitch, monday()));
    assert!(!text.contains("37"), "{text}");
}
