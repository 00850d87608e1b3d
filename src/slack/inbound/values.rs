//! What was filled in: `state.values` of a view.

use jiff::civil::Time;
use serde_json::Value as Json;

use crate::domain::hidden::without_hidden;
use crate::domain::ids::SlackUserId;
use crate::domain::message::{Value, Values};

use super::field::{Malformed, Problem, optional_text, text_if_any};

const PLACE: &str = "/view/state/values";

/// The values by field; the empty ones are absent, and so are inputs of a type that Canvass doesn't use.
pub(super) fn values(state: &Json) -> Result<Values, Malformed> {
    let fields = state.as_object().ok_or(Malformed { place: PLACE, problem: Problem::Type })?;
    let mut values = Values::new();
    for (field, inputs) in fields {
        let inputs = inputs.as_object().ok_or(Malformed { place: PLACE, problem: Problem::Type })?;
        // A field has one input.
        if let Some(input) = inputs.values().next()
            && let Some(value) = value(input)?
        {
            values.insert(field.clone(), value);
        }
    }
    Ok(values)
}

fn value(input: &Json) -> Result<Option<Value>, Malformed> {
    let form = Malformed { place: PLACE, problem: Problem::Form };
    let filled = |place| {
        let text =
            optional_text(input, place).map_err(|malformed| Malformed { place: PLACE, ..malformed })?;
        Ok::<_, Malformed>(text.filter(|text| !text.trim().is_empty()))
    };
    let value = match text_if_any(input, "/type") {
        Some("plain_text_input") => {
            let shown = filled("/value")?.map(|text| without_hidden(text).into_owned());
            shown.filter(|text| !text.trim().is_empty()).map(Value::Text)
        }
        Some("radio_buttons" | "static_select") => {
            filled("/selected_option/value")?.map(|choice| Value::Choice(choice.to_owned()))
        }
        Some("checkboxes") => {
            let ticked: Vec<String> = input
                .pointer("/selected_options")
                .and_then(Json::as_array)
                .into_iter()
                .flatten()
                .filter_map(|option| text_if_any(option, "/value").map(str::to_owned))
                .collect();
            (!ticked.is_empty()).then_some(Value::Ticks(ticked))
        }
        Some("datepicker") => match filled("/selected_date")? {
            Some(date) => Some(Value::Date(date.parse().map_err(|_| form)?)),
            None => None,
        },
        Some("timepicker") => match filled("/selected_time")? {
            Some(time) => Some(Value::Time(Time::strptime("%H:%M", time).map_err(|_| form)?)),
            None => None,
        },
        Some("users_select") => match filled("/selected_user")? {
            Some(user) => Some(Value::Person(SlackUserId::parse(user).map_err(|_| form)?)),
            None => None,
        },
        Some(_) | None => None,
    };
    Ok(value)
}
