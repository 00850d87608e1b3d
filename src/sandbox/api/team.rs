//! The app's own standing and the workspace: `auth.test`, `apps.connections.open`, `team.info`, `usergroups.*`.

use serde_json::{Value, json};

use super::super::payload::ENTERPRISE_ID;
use super::super::seed::SeedUserGroup;
use super::{Answer, Call, Refusal};

pub(super) fn auth_test(call: &mut Call<'_>) -> Answer {
    let state = &call.state;
    let mut answer = json!({
        "ok": true,
        "url": format!("http://{}/", call.hub.address),
        "team": state.workspace.team.name,
        "user": state.workspace.person(&state.app.bot_user_id).map(|bot| bot.name.clone()),
        "team_id": state.workspace.team.id,
        "user_id": state.app.bot_user_id,
        "bot_id": state.app.by.bot_id,
        "is_enterprise_install": state.app.org_wide,
    });
    if let (true, Some(answer)) = (state.app.org_wide, answer.as_object_mut()) {
        answer.insert("enterprise_id".to_owned(), json!(ENTERPRISE_ID));
    }
    Ok(answer)
}

pub(super) fn apps_connections_open(call: &mut Call<'_>) -> Answer {
    if !call.state.app.socket_mode {
        return Err("forbidden_team".into());
    }
    let ticket = call.state.fresh_id("", 32);
    call.state.tickets.give_socket(&ticket, call.hub.real_now());
    let base = call.state.app.by.base.replacen("http", "ws", 1);
    let url = format!("{base}/socket?ticket={ticket}&app_id={}", call.state.app.app_id);
    Ok(json!({ "ok": true, "url": url }))
}

pub(super) fn team_info(call: &mut Call<'_>) -> Answer {
    let team = &call.state.workspace.team;
    Ok(json!({
        "ok": true,
        "team": {
            "id": team.id,
            "name": team.name,
            "url": format!("http://{}/", call.hub.address),
            "domain": team.domain,
            "email_domain": "",
            "icon": { "image_default": true },
        },
    }))
}

fn group_shape(call: &Call<'_>, group: &SeedUserGroup, with_users: bool) -> Value {
    let mut shape = json!({
        "id": group.id,
        "team_id": call.state.workspace.team.id,
        "is_usergroup": true,
        "name": group.name,
        "description": "",
        "handle": group.handle,
        "is_external": false,
        "date_create": 0,
        "date_update": 0,
        "date_delete": 0,
        "auto_type": null,
        "prefs": { "channels": [], "groups": [] },
        "user_count": group.users.len(),
    });
    if with_users && let Some(shape) = shape.as_object_mut() {
        shape.insert("users".to_owned(), json!(group.users));
    }
    shape
}

pub(super) fn usergroups_list(call: &mut Call<'_>) -> Answer {
    let with_users = call.args.flag("include_users");
    let groups = &call.state.workspace.user_groups;
    let groups: Vec<Value> = groups.iter().map(|group| group_shape(call, group, with_users)).collect();
    Ok(json!({ "ok": true, "usergroups": groups }))
}

pub(super) fn usergroups_users_list(call: &mut Call<'_>) -> Answer {
    let id = call.args.needed("usergroup")?;
    match call.state.workspace.user_groups.iter().find(|group| group.id == id) {
        Some(group) => Ok(json!({ "ok": true, "users": group.users })),
        None => Err(Refusal::from("no_such_subteam")),
    }
}
