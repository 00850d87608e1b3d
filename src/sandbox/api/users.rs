//! `users.*` and `dnd.*`.

use serde_json::{Map, Value, json};

use super::super::person::Person;
use super::conversations::{cursor, next_cursor};
use super::{Answer, Call, Refusal};

/// Most people whom `dnd.teamInfo` answers for in one call.
const MAX_DND_PEOPLE: usize = 50;

fn shape(call: &Call<'_>, person: &Person) -> Value {
    let workspace = &call.state.workspace;
    person.shape(&workspace.team.id, workspace.now(), call.state.app.has_scope("users:read.email"))
}

fn known_person<'a>(call: &'a Call<'_>) -> Result<&'a Person, Refusal> {
    let id = call.args.needed("user").map_err(|_| Refusal::from("user_not_found"))?;
    call.state.workspace.person(&id).ok_or_else(|| Refusal::from("user_not_found"))
}

pub(super) fn info(call: &mut Call<'_>) -> Answer {
    let person = known_person(call)?;
    Ok(json!({ "ok": true, "user": shape(call, person) }))
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let workspace = &call.state.workspace;
    let total = workspace.people().count();
    let limit = call.args.limit(total.max(1), 1000)?;
    let from = cursor(call)?;
    let page: Vec<Value> =
        workspace.people().skip(from).take(limit).map(|person| shape(call, person)).collect();
    let next = next_cursor(from + page.len(), total);
    Ok(json!({
        "ok": true,
        "members": page,
        "cache_ts": workspace.now().as_second(),
        "response_metadata": { "next_cursor": next },
    }))
}

pub(super) fn lookup_by_email(call: &mut Call<'_>) -> Answer {
    let email = call.args.needed("email").map_err(|_| Refusal::from("users_not_found"))?;
    let found = call
        .state
        .workspace
        .people()
        .find(|person| !person.deleted && !person.is_bot && person.email.eq_ignore_ascii_case(&email));
    match found {
        Some(person) => Ok(json!({ "ok": true, "user": shape(call, person) })),
        None => Err("users_not_found".into()),
    }
}

pub(super) fn profile_get(call: &mut Call<'_>) -> Answer {
    let person = known_person(call)?;
    let with_email = call.state.app.has_scope("users:read.email");
    Ok(json!({ "ok": true, "profile": person.profile(&call.state.workspace.team.id, with_email) }))
}

pub(super) fn dnd_info(call: &mut Call<'_>) -> Answer {
    let person = known_person(call)?;
    let on = person.dnd.is_on(call.state.workspace.now());
    let mut answer = person.dnd.shape();
    if let Some(answer) = answer.as_object_mut() {
        answer.insert("ok".to_owned(), json!(true));
        answer.insert("snooze_enabled".to_owned(), json!(on));
    }
    Ok(answer)
}

pub(super) fn dnd_team_info(call: &mut Call<'_>) -> Answer {
    let wanted = call.args.list("users");
    if wanted.is_empty() {
        return Err(Refusal::arguments(&["missing required field: users".to_owned()]));
    }
    if wanted.len() > MAX_DND_PEOPLE {
        return Err("too_many_users".into());
    }
    let workspace = &call.state.workspace;
    let known = wanted.iter().filter_map(|id| workspace.person(id));
    let users: Map<String, Value> = known.map(|person| (person.id.clone(), person.dnd.shape())).collect();
    Ok(json!({ "ok": true, "users": users, "cached": false }))
}
