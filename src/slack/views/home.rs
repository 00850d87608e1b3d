//! App Home.
//!
//! `private_metadata` holds the page, so that a click on it says which one is shown.

use serde_json::{Value, json};

use crate::domain::message::{Home, Page};

use super::limits;
use super::parts;

/// The view of `home`.
pub fn home_view(home: &Home) -> Value {
    let shown = parts::fit(parts::draw(&home.parts), limits::VIEW_BLOCKS, limits::VIEW_TEXT);
    let mut view = json!({
        "type": "home",
        "callback_id": "home",
        // A page is made of plain strings and numbers, which always serialise.
        "private_metadata": serde_json::to_string(&home.page).unwrap_or_default(),
    });
    if let Some(view) = view.as_object_mut() {
        view.insert("blocks".to_owned(), parts::numbered(shown).into());
    }
    view
}

/// The page that a view shows, by its `private_metadata`; the first one if it says nothing.
pub fn page_of(metadata: Option<&str>) -> Page {
    metadata.and_then(|metadata| serde_json::from_str(metadata).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_that_is_shown_comes_back_with_a_click() {
        for page in [Page::First, Page::Mine, Page::Week { from: 40 }] {
            let view = home_view(&Home { page: page.clone(), parts: Vec::new() });
            assert_eq!(page_of(view["private_metadata"].as_str()), page);
        }
        for unknown in [None, Some(""), Some("{}"), Some("[")] {
            assert_eq!(page_of(unknown), Page::First, "{unknown:?}");
        }
    }
}
