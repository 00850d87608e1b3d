//! App Home: one page for stakeholders, several for advocates.

use super::{Decided, Scene};
use crate::domain::directory::Person;
use crate::domain::message::{Home, Page, Reply};

/// A page of App Home.
pub(super) fn home(_scene: Scene<'_>, _actor: &Person, page: &Page) -> Decided {
    (Vec::new(), Reply::Home(Box::new(Home { page: page.clone(), parts: Vec::new() })))
}
