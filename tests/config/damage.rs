//! Whatever is done to a configuration, it is answered with diagnostics.

use canvass::config::{Files, Paint, Severity, draw, load_files};
use proptest::prelude::*;

const PATHS: [&str; 4] =
    ["canvass.toml", "people.toml", "holidays/bengaluru.ics", "initiatives/payment-deadlines.toml"];

/// What a hand that slips may put in the place of something.
fn junk() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "[\\[\\]{}\"'=,.#\n]{1,3}",
        "[a-zé日{}% -]{0,12}",
        Just("-1".to_owned()),
        Just("99999999999999999999".to_owned()),
        Just("[[people]]\n".to_owned()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_sample_is_answered_with_places_that_exist(
        path in prop::sample::select(&PATHS[..]),
        at in 0.0..1.0f64,
        length in 0usize..40,
        junk in junk(),
    ) {
        let mut files = Files::sample();
        let text = files.text(path).unwrap();
        let start = text.floor_char_boundary((at * text.len() as f64) as usize);
        let end = text.floor_char_boundary(start + length).max(start);
        let damaged = format!("{}{junk}{}", &text[..start], &text[end..]);
        files.insert(path, &damaged);
        match load_files(&files) {
            Ok(loaded) => {
                prop_assert!(loaded.warnings.iter().all(|found| found.severity == Severity::Warning));
                draw(&loaded.warnings, Paint::Plain);
            }
            Err(faults) => {
                prop_assert!(!faults.diagnostics.is_empty());
                prop_assert!(faults.diagnostics.iter().all(|found| found.check != "unresolved"), "{}", faults.draw(Paint::Plain));
                for found in &faults.diagnostics {
                    let lines = files.text(&found.file).unwrap().matches('\n').count() + 1;
                    prop_assert!((1..=lines).contains(&found.line), "{found}");
                }
                draw(&faults.diagnostics, Paint::Colour);
            }
        }
    }
}
