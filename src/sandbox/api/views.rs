//! `views.*`: modals, of which a person has at most three on top of each other, and the Home tab.

use serde_json::{Map, Value, json};

use super::super::blockkit::{self, MAX_VIEW_BYTES, Surface};
use super::super::hub::State;
use super::super::record::Record;
use super::super::view::{View, initial_state};
use super::{Answer, Call, Refusal};

/// Most views on top of each other.
const MAX_STACK: usize = 3;

/// Checks a view as Slack does before it is shown.
pub(in super::super) fn checked(
    state: &mut State,
    mut body: Value,
    surface: Surface,
) -> Result<Value, Refusal> {
    let (wanted, other) = match surface {
        Surface::Home => ("home", "modal"),
        Surface::Modal | Surface::Message => ("modal", "home"),
    };
    match body.get("type").and_then(Value::as_str) {
        Some(kind) if kind == wanted => {}
        Some(kind) if kind == other => {
            return Err(Refusal::arguments(&[
                "must be a valid enum value [json-pointer:/view/type]".to_owned()
            ]));
        }
        Some(kind) => {
            return Err(Refusal::arguments(&[format!("unsupported type: {kind} [json-pointer:/view/type]")]));
        }
        None => {
            return Err(Refusal::arguments(
                &["missing required field: type [json-pointer:/view]".to_owned()],
            ));
        }
    }
    if body.to_string().len() > MAX_VIEW_BYTES {
        return Err("view_too_large".into());
    }
    let faults = blockkit::check_view(&body, surface);
    if !faults.is_empty() {
        return Err(Refusal::arguments(&faults.iter().map(ToString::to_string).collect::<Vec<_>>()));
    }
    if let Some(blocks) = body.get_mut("blocks") {
        blockkit::fill_block_ids(blocks, || state.fresh_id("", 5));
    }
    Ok(body)
}

fn view_argument(call: &mut Call<'_>, surface: Surface) -> Result<Value, Refusal> {
    let body = call
        .args
        .structure("view")
        .map_err(|_| Refusal::arguments(&["invalid JSON [json-pointer:/view]".to_owned()]))?
        .ok_or_else(|| Refusal::arguments(&["missing required field: view".to_owned()]))?;
    checked(call.state, body, surface)
}

/// A view that is shown for the first time, on top of `below`.
pub(in super::super) fn first_shown(state: &mut State, body: Value, below: Option<&View>) -> View {
    let id = state.fresh_id("V", 10);
    let hash = fresh_hash(state);
    let values =
        initial_state(body.get("blocks").and_then(Value::as_array).map_or(&[], Vec::as_slice), &Map::new());
    View {
        root_id: below.map_or_else(|| id.clone(), |below| below.root_id.clone()),
        previous_id: below.map(|below| below.id.clone()),
        id,
        hash,
        body,
        state: values,
    }
}

/// The view as it is after an update; what was entered stays where its field stays.
pub(in super::super) fn updated(state: &mut State, before: &View, body: Value) -> View {
    let blocks = body.get("blocks").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let values = initial_state(blocks, &before.state);
    View { hash: fresh_hash(state), state: values, body, ..before.clone() }
}

fn fresh_hash(state: &mut State) -> String {
    let second = state.workspace.now().as_second();
    state.fresh_id(&format!("{second}."), 8)
}

fn unique_external_id(call: &Call<'_>, body: &Value, except: Option<&str>) -> Result<(), Refusal> {
    let Some(id) = body.get("external_id").and_then(Value::as_str).filter(|id| !id.is_empty()) else {
        return Ok(());
    };
    let taken = call
        .state
        .workspace
        .with_modals()
        .flat_map(|(_, views)| views)
        .any(|view| view.field("external_id") == id && Some(view.id.as_str()) != except);
    if taken { Err("duplicate_external_id".into()) } else { Ok(()) }
}

fn trigger(call: &mut Call<'_>) -> Result<(String, Option<String>), Refusal> {
    let id = call.args.text("trigger_id").or_else(|| call.args.text("interactivity_pointer"));
    let id = id.ok_or_else(|| Refusal::arguments(&["missing required field: trigger_id".to_owned()]))?;
    let now = call.hub.real_now();
    call.state.tickets.exchange(&id, now).map_err(|error| Refusal::from(error.code()))
}

fn shown(call: &Call<'_>, view: &View) -> Value {
    json!({ "ok": true, "view": view.shape(&call.state.app.by) })
}

pub(super) fn open(call: &mut Call<'_>) -> Answer {
    let body = view_argument(call, Surface::Modal)?;
    unique_external_id(call, &body, None)?;
    let (user, _) = trigger(call)?;
    let view = first_shown(call.state, body, None);
    let answer = shown(call, &view);
    call.state.commit(vec![Record::Modals { user, views: vec![view] }])?;
    Ok(answer)
}

pub(super) fn push(call: &mut Call<'_>) -> Answer {
    let body = view_argument(call, Surface::Modal)?;
    unique_external_id(call, &body, None)?;
    let (user, from) = trigger(call)?;
    let mut views = call.state.workspace.modals(&user).to_vec();
    if from.is_none() || views.is_empty() {
        return Err("not_found".into());
    }
    if views.len() >= MAX_STACK {
        return Err("push_limit_reached".into());
    }
    let view = first_shown(call.state, body, views.last());
    let answer = shown(call, &view);
    views.push(view);
    call.state.commit(vec![Record::Modals { user, views }])?;
    Ok(answer)
}

pub(super) fn update(call: &mut Call<'_>) -> Answer {
    let body = view_argument(call, Surface::Modal)?;
    let (id, external) = (call.args.text("view_id"), call.args.text("external_id"));
    if id.is_none() && external.is_none() {
        return Err(Refusal::arguments(&["missing required field: view_id".to_owned()]));
    }
    let names = |view: &View| match (&id, &external) {
        (Some(id), _) => view.id == *id,
        (None, Some(external)) => view.field("external_id") == external,
        (None, None) => false,
    };
    let found = call.state.workspace.with_modals().find_map(|(user, views)| {
        let place = views.iter().position(names)?;
        Some((user.clone(), views.clone(), place))
    });
    let Some((user, mut views, place)) = found else { return Err("not_found".into()) };
    let Some(before) = views.get(place).cloned() else { return Err("not_found".into()) };
    if call.args.text("hash").is_some_and(|hash| hash != before.hash) {
        return Err("hash_conflict".into());
    }
    unique_external_id(call, &body, Some(&before.id))?;
    let view = updated(call.state, &before, body);
    let answer = shown(call, &view);
    if let Some(slot) = views.get_mut(place) {
        *slot = view;
    }
    call.state.commit(vec![Record::Modals { user, views }])?;
    Ok(answer)
}

pub(super) fn publish(call: &mut Call<'_>) -> Answer {
    if !call.state.app.home_tab {
        return Err("not_enabled".into());
    }
    let body = view_argument(call, Surface::Home)?;
    let user = call.args.needed("user_id")?;
    match call.state.workspace.person(&user) {
        Some(person) if !person.is_bot => {}
        _ => return Err(Refusal::arguments(&["invalid `user_id`".to_owned()])),
    }
    let before = call.state.workspace.home(&user).cloned();
    let hash = call.args.text("hash");
    if hash.is_some() && hash.as_ref() != before.as_ref().map(|before| &before.hash) {
        return Err("hash_conflict".into());
    }
    let view = match before {
        Some(before) => updated(call.state, &before, body),
        None => first_shown(call.state, body, None),
    };
    let answer = shown(call, &view);
    call.state.commit(vec![Record::HomePublished { user, view: Box::new(view) }])?;
    Ok(answer)
}
