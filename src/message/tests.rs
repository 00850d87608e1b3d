use super::fixture::{monday, program};
use super::*;
use crate::domain::ids::PersonId;

#[test]
fn look() {
    let program = program();
    let initiative = &program.initiatives[0];
    for touch in Touch::ALL {
        let now = match touch {
            Touch::HeadsUp | Touch::Pitch => monday(),
            Touch::FollowUp => "2027-01-20T09:00:00Z".parse().unwrap(),
            _ => "2027-01-11T09:00:00Z".parse().unwrap(),
        };
        for person in ["ana", "ben", "carla", "dev", "mia", "noor", "sam"] {
            let person = &program.people[&PersonId::parse(person).unwrap()];
            let s = program.stakeholder(initiative, person).unwrap();
            let m = preview(&program, initiative, s.audience, touch, person, now);
            match m {
                Ok(m) => println!(
                    "=== {} {} {} words={} {:?}\n{}",
                    touch.word(),
                    person.name,
                    s.audience.word(),
                    limits::prose_words(&m),
                    limits::faults(&m, s.audience, touch),
                    to_text(&m).split('⋮').next().unwrap()
                ),
                Err(e) => println!("=== {} {} ERR {e}", touch.word(), person.name),
            }
        }
    }
}
