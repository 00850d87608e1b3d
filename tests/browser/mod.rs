//! The sandbox as a person meets it: the printed address, opened in a browser.

mod chromium;
mod page;
