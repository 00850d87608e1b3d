//! The stand-in workspace as the sandbox founds it: the people of the configuration, and our app.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::domain::directory::{Address, Person};
use crate::domain::program::Program;
use crate::sandbox::{Seed, SeedApp, SeedPerson, Team};

/// The sandbox's bot token. It opens nothing but a stand-in on loopback.
pub const BOT_TOKEN: &str = "xoxb-sandbox";
/// The sandbox's app-level token.
pub const APP_TOKEN: &str = "xapp-sandbox";
/// The sandbox's signing secret.
pub const SIGNING_SECRET: &str = "sandbox";

/// A workspace in which everybody of `program` has an account and the app of `manifest` is installed.
pub fn seed(program: &Program, manifest: Value, starts_at: Timestamp) -> Seed {
    let zone = program.calendar.zone.iana_name().unwrap_or("UTC").to_owned();
    let mut taken = BTreeSet::new();
    let people = program.people.values().map(|person| {
        let id = slack_id(person);
        taken.insert(id.clone());
        let email = match &person.address {
            Address::Email(email) => email.clone(),
            Address::Slack(_) => format!("{}@example.com", person.id),
        };
        SeedPerson {
            id,
            name: person.id.to_string(),
            real_name: person.name.clone(),
            title: role(program, person),
            email,
            tz: person.zone.as_ref().and_then(|zone| zone.iana_name()).unwrap_or(&zone).to_owned(),
            note: role(program, person),
            ..SeedPerson::default()
        }
    });
    Seed {
        team: Team { id: "T0SANDBOX".into(), name: "Sample organization".into(), domain: "sample".into() },
        people: people.collect(),
        user_groups: Vec::new(),
        app: SeedApp {
            app_id: "A0SANDBOX".into(),
            bot_user_id: "U0SANDBOXBOT".into(),
            bot_token: BOT_TOKEN.into(),
            app_token: APP_TOKEN.into(),
            signing_secret: SIGNING_SECRET.into(),
            manifest,
        },
        starts_at,
        time_zone: zone,
    }
}

/// The person's own Slack id, or one made from their id where the configuration knows an address only.
fn slack_id(person: &Person) -> String {
    match &person.address {
        Address::Slack(id) => id.to_string(),
        Address::Email(email) => {
            let digest = Sha256::digest(email.as_bytes());
            let letters = digest.iter().take(8).map(|byte| char::from(b'A' + byte % 26));
            format!("U0{}", letters.collect::<String>())
        }
    }
}

/// "Product manager, Checkout", "Advocate".
fn role(program: &Program, person: &Person) -> String {
    let mut role = match person.audiences.first() {
        Some(audience) => {
            let title = audience.title();
            let mut letters = title.chars();
            letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
        }
        None if program.is_advocate(&person.id) => "Advocate".to_owned(),
        None => "No role".to_owned(),
    };
    let teams: Vec<&str> =
        person.teams.iter().filter_map(|id| Some(program.teams.get(id)?.name.as_str())).collect();
    if !teams.is_empty() {
        role = format!("{role}, {}", teams.join(" and "));
    }
    if program.is_advocate(&person.id) && !person.audiences.is_empty() {
        role.push_str(", advocate");
    }
    role
}
