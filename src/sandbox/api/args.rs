//! The arguments of a call, however they came: query, form or JSON.

use axum::http::{HeaderMap, header};
use serde_json::{Map, Value, json};

use super::Refusal;

#[derive(Debug)]
pub(super) struct Args {
    values: Map<String, Value>,
    bearer: Option<String>,
    is_json: bool,
}

impl Args {
    pub(super) fn read(query: Option<&str>, headers: &HeaderMap, body: &[u8]) -> Result<Self, Refusal> {
        let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let bearer = header(header::AUTHORIZATION)
            .and_then(|value| value.strip_prefix("Bearer "))
            .map(|token| token.trim().to_owned());
        let mut values = Map::new();
        form(query.unwrap_or_default().as_bytes(), &mut values);
        let kind = header(header::CONTENT_TYPE).unwrap_or_default();
        let is_json = kind.starts_with("application/json");
        if is_json {
            match serde_json::from_slice(body) {
                Ok(Value::Object(object)) => values.extend(object),
                Ok(_) => return Err("json_not_object".into()),
                Err(_) if body.is_empty() => {}
                Err(_) => return Err("invalid_json".into()),
            }
        } else if kind.is_empty() || kind.starts_with("application/x-www-form-urlencoded") {
            form(body, &mut values);
        } else {
            return Err("invalid_post_type".into());
        }
        Ok(Self { values, bearer, is_json })
    }

    pub(super) fn token(&self) -> Option<String> {
        self.bearer.clone().or_else(|| self.text("token")).filter(|token| !token.is_empty())
    }

    /// A text, or what a form would have made of a number or a flag.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        match self.values.get(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(flag) => Some(flag.to_string()),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        }
    }

    /// A text that has to be there.
    pub(super) fn needed(&self, name: &str) -> Result<String, Refusal> {
        self.text(name)
            .filter(|text| !text.is_empty())
            .ok_or_else(|| Refusal::arguments(&[format!("missing required field: {name}")]))
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        self.text(name).is_some_and(|text| text == "true" || text == "1")
    }

    /// A page size, `usual` without one.
    pub(super) fn limit(&self, usual: usize, most: usize) -> Result<usize, Refusal> {
        match self.text("limit") {
            None => Ok(usual),
            Some(text) => match text.parse::<usize>() {
                Ok(0) => Ok(usual),
                Ok(limit) if limit <= most => Ok(limit),
                _ => Err("invalid_limit".into()),
            },
        }
    }

    /// A list, whether it came as JSON or with commas.
    pub(super) fn list(&self, name: &str) -> Vec<String> {
        match self.values.get(name) {
            Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            _ => self
                .text(name)
                .unwrap_or_default()
                .split(',')
                .map(str::trim)
                .filter(|item| !item.is_empty())
                .map(str::to_owned)
                .collect(),
        }
    }

    /// A structure: itself in JSON, or JSON inside a string. The error says that the string was no JSON.
    pub(super) fn structure(&self, name: &str) -> Result<Option<Value>, NotJson> {
        match self.values.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(Value::String(text)) => serde_json::from_str(text).map(Some).map_err(|_| NotJson),
            Some(value) => Ok(Some(value.clone())),
        }
    }

    /// Whether they came in a JSON body.
    pub(super) fn is_json(&self) -> bool {
        self.is_json
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }
}

/// A string that should have held JSON.
#[derive(Debug)]
pub(super) struct NotJson;

fn form(text: &[u8], into: &mut Map<String, Value>) {
    for pair in text.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
        let mut halves = pair.splitn(2, |byte| *byte == b'=');
        let (name, value) = (halves.next().unwrap_or_default(), halves.next().unwrap_or_default());
        into.insert(decode(name), json!(decode(value)));
    }
}

/// Undoes form encoding; what is not valid stays as it is.
fn decode(text: &[u8]) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match (first, hex.and_then(|digits| u8::from_str_radix(digits, 16).ok())) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
                continue;
            }
            (b'+', _) => bytes.push(b' '),
            (byte, _) => bytes.push(*byte),
        }
        rest = after;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_decoded_and_json_inside_it_is_read() {
        let args = Args::read(
            Some("limit=5"),
            &HeaderMap::new(),
            b"text=a%26b+c%C3%A9&blocks=%5B%7B%22type%22%3A%22divider%22%7D%5D&users=U1%2CU2&odd=100%",
        )
        .unwrap();
        assert_eq!(args.text("text").as_deref(), Some("a&b cé"));
        assert_eq!(args.structure("blocks").unwrap(), Some(json!([{"type": "divider"}])));
        assert_eq!(args.list("users"), ["U1", "U2"]);
        assert_eq!(args.limit(100, 1000).unwrap(), 5);
        assert_eq!(args.text("odd").as_deref(), Some("100%"));
    }
}
