//! Every message that the sample organisation would get.

use std::path::Path;

use canvass::domain::engagement::Touch;
use canvass::domain::observation::Observations;
use canvass::domain::state::State;
use canvass::message::{limits, preview, to_text};

#[test]
fn look() {
    let program = canvass::config::load(Path::new("config")).unwrap().program;
    for initiative in &program.initiatives {
        for stakeholder in program.stakeholders(initiative) {
            let person = &program.people[&stakeholder.person];
            for touch in Touch::ALL {
                let now = match touch {
                    Touch::HeadsUp => "2026-11-16T09:00:00Z",
                    Touch::Pitch => "2026-12-07T09:00:00Z",
                    Touch::FollowUp => "2027-01-20T09:00:00Z",
                    Touch::Reminder => "2026-12-17T09:00:00Z",
                    _ => "2027-01-11T09:00:00Z",
                };
                let now = now.parse().unwrap();
                let (state, seen) = (State::default(), Observations::default());
                match preview(&program, &state, &seen, initiative, person, touch, now) {
                    Ok(m) => println!(
                        "=== {} {} {} {} words={} {:?}\n{}{}",
                        initiative.id,
                        touch.word(),
                        person.name,
                        stakeholder.audience.word(),
                        limits::prose_words(&m),
                        limits::faults(&m, stakeholder.audience, touch),
                        to_text(&m).split('⋮').next().unwrap(),
                        m.footer.as_ref().unwrap().plain()
                    ),
                    Err(e) => println!("=== {} {} {} ERR {e}", initiative.id, touch.word(), person.name),
                }
            }
        }
    }
}
