//! Long lists, one page at a time.

use crate::domain::message::{Action, Page, Paragraph, Part};

use super::plain;

/// The entries of a page that starts at `from`, and the row that leads to the pages around it.
pub(super) fn leaf<T>(
    all: &[T],
    from: usize,
    most: usize,
    page: impl Fn(usize) -> Page,
) -> (&[T], Vec<Part>) {
    let most = most.max(1);
    // The list may have become shorter since the page was turned: its last page is shown then.
    let last_page = all.len().saturating_sub(1) / most * most;
    let from = (from / most * most).min(last_page);
    let until = (from + most).min(all.len());
    let shown = all.get(from..until).unwrap_or_default();
    if all.len() <= most {
        return (shown, Vec::new());
    }
    let mut buttons = Vec::new();
    if from > 0 {
        buttons.push(plain("Previous page", Action::Turn { page: page(from.saturating_sub(most)) }));
    }
    if until < all.len() {
        buttons.push(plain("Next page", Action::Turn { page: page(until) }));
    }
    let text = Paragraph::text(format!("{} to {} of {}", from + 1, until, all.len()));
    (shown, vec![Part::Row { about: None, text, buttons }])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_is_on_one_page_and_every_page_leads_on() {
        let all: Vec<usize> = (0..45).collect();
        let mut from = 0;
        let mut met = Vec::new();
        loop {
            let (shown, ways) = leaf(&all, from, 20, |from| Page::Week { from });
            met.extend_from_slice(shown);
            let Part::Row { buttons, .. } = &ways[0] else { panic!("{ways:?}") };
            let later = buttons.iter().find(|button| button.label == "Next page");
            match later.map(|button| &button.action) {
                Some(Action::Turn { page: Page::Week { from: next } }) => from = *next,
                None => break,
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(met, all);
    }

    #[test]
    fn a_list_that_has_become_shorter_shows_its_last_page() {
        let all: Vec<usize> = (0..25).collect();
        assert_eq!(leaf(&all, 400, 20, |from| Page::Week { from }).0, [20, 21, 22, 23, 24]);
        assert_eq!(leaf(&all, 7, 20, |from| Page::Week { from }).0.len(), 20);
        let none: [usize; 0] = [];
        assert_eq!(leaf(&none, 3, 20, |from| Page::Week { from }), (&[][..], Vec::new()));
    }
}
