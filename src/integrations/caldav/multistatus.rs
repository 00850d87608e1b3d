//! What a server says about its resources (RFC 4918, 14.16), whatever prefixes it gives the namespaces.

use roxmltree::{Document, Node};

use crate::domain::host_calendar::CalendarError;

const DAV: &str = "DAV:";
const CALDAV: &str = "urn:ietf:params:xml:ns:caldav";

/// One resource; what the server doesn't say is missing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Resource {
    /// Its address, absolute or not.
    pub(super) href: String,
    /// It is a calendar that takes events.
    pub(super) calendar: bool,
    /// Its display name.
    pub(super) name: Option<String>,
    /// Where the user who is logged in is described.
    pub(super) principal: Option<String>,
    /// Where that user's calendars are.
    pub(super) home: Option<String>,
    /// Its iCalendar text.
    pub(super) text: Option<String>,
    /// Its ETag.
    pub(super) tag: Option<String>,
    /// Whether whoever is logged in may put something into it, if the server says (RFC 3744, 5.4).
    pub(super) writable: Option<bool>,
}

/// The resources of an answer.
///
/// # Errors
/// What isn't such an answer, or one that the server cut short: part of a calendar doesn't tell when somebody
/// is free.
pub(super) fn read(text: &str) -> Result<Vec<Resource>, CalendarError> {
    let document =
        Document::parse(text).map_err(|_| CalendarError::Unreadable { what: "its XML is malformed" })?;
    let root = document.root_element();
    if !root.has_tag_name((DAV, "multistatus")) {
        return Err(CalendarError::Unreadable { what: "it doesn't speak CalDAV" });
    }
    let mut resources = Vec::new();
    for response in children(root, DAV, "response") {
        match status(response) {
            // RFC 4791, 7.8: number-of-matches-within-limits.
            Some(507) => {
                let condition = Some("number-of-matches-within-limits".to_owned());
                return Err(CalendarError::Refused { status: 507, condition });
            }
            // The status of a resource as a whole: it is gone, or can't be read.
            Some(status) if !(200..300).contains(&status) => {}
            _ => resources.extend(resource(response)),
        }
    }
    Ok(resources)
}

/// The name of the precondition that failed, if the answer says (RFC 4918, 16).
pub(super) fn condition(text: &str) -> Option<String> {
    let document = Document::parse(text).ok()?;
    let root = document.root_element();
    let first = root.children().find(Node::is_element)?;
    root.has_tag_name((DAV, "error")).then(|| first.tag_name().name().to_owned())
}

fn resource(response: Node<'_, '_>) -> Option<Resource> {
    let mut resource = Resource { href: text(child(response, DAV, "href")?)?, ..Resource::default() };
    let properties = children(response, DAV, "propstat")
        .filter(|propstat| status(*propstat).is_none_or(|status| (200..300).contains(&status)))
        .flat_map(|propstat| children(propstat, DAV, "prop"));
    let (mut is_calendar, mut takes_events) = (false, true);
    for property in properties.flat_map(|prop| prop.children().filter(Node::is_element)) {
        let name = (property.tag_name().namespace().unwrap_or_default(), property.tag_name().name());
        match name {
            (DAV, "resourcetype") => is_calendar = child(property, CALDAV, "calendar").is_some(),
            (DAV, "displayname") => resource.name = text(property),
            (DAV, "current-user-principal") => {
                resource.principal = child(property, DAV, "href").and_then(text)
            }
            (CALDAV, "calendar-home-set") => resource.home = child(property, DAV, "href").and_then(text),
            (DAV, "getetag") => resource.tag = text(property),
            // An empty set is one that the server doesn't tell.
            (DAV, "current-user-privilege-set") => {
                let told = children(property, DAV, "privilege").next().is_some();
                resource.writable = told.then(|| may_write(property));
            }
            (CALDAV, "calendar-data") => resource.text = text(property),
            // A calendar that says nothing about it takes anything (RFC 4791, 5.2.3).
            (CALDAV, "supported-calendar-component-set") => {
                let mut kinds = children(property, CALDAV, "comp").filter_map(|kind| kind.attribute("name"));
                takes_events = kinds.any(|kind| kind.eq_ignore_ascii_case("VEVENT"));
            }
            _ => {}
        }
    }
    resource.calendar = is_calendar && takes_events;
    Some(resource)
}

/// Whether these privileges allow to add members: `bind` is what it takes, `write` and `all` have it in them.
fn may_write(privileges: Node<'_, '_>) -> bool {
    let named = children(privileges, DAV, "privilege").flat_map(|privilege| privilege.children());
    named.filter(Node::is_element).any(|name| {
        name.tag_name().namespace() == Some(DAV)
            && ["all", "write", "write-content", "bind"].contains(&name.tag_name().name())
    })
}

fn children<'a, 'input>(
    node: Node<'a, 'input>,
    namespace: &'static str,
    name: &'static str,
) -> impl Iterator<Item = Node<'a, 'input>> {
    node.children().filter(move |child| child.has_tag_name((namespace, name)))
}

fn child<'a, 'input>(
    node: Node<'a, 'input>,
    namespace: &'static str,
    name: &'static str,
) -> Option<Node<'a, 'input>> {
    children(node, namespace, name).next()
}

/// All text in it, CDATA included; none if that is only space.
fn text(node: Node<'_, '_>) -> Option<String> {
    let text: String = node.children().filter(Node::is_text).filter_map(|node| node.text()).collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// `HTTP/1.1 404 Not Found` is 404.
fn status(node: Node<'_, '_>) -> Option<u16> {
    text(child(node, DAV, "status")?)?.split_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests;
