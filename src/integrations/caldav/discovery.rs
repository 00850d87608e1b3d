//! From the address that the operator wrote to the calendar (RFC 6764, 6; RFC 4791, 6.2.1).

use std::collections::BTreeSet;

use url::Url;

use crate::domain::host_calendar::CalendarError;

use super::super::address;
use super::multistatus::Resource;
use super::requests::Dav;

/// Where a server says how it is used.
const WELL_KNOWN: &str = "/.well-known/caldav";

/// A calendar that takes events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Calendar {
    /// Where it is, with a slash at its end.
    pub(super) url: Url,
    /// Its display name.
    pub(super) name: Option<String>,
    /// Whether it can be written, as far as the server says.
    pub(super) writable: bool,
}

/// The calendar meant by `given`, and all that lie beside it: the one at that address; else the one called `wanted`,
/// or without a name the only one, of those at that address, or else of those in the home of the user.
pub(super) async fn calendars(
    dav: &Dav,
    given: &Url,
    wanted: Option<&str>,
) -> Result<(Calendar, Vec<Calendar>), CalendarError> {
    let here = match dav.describe(given, false).await {
        // Of an address that was meant as it stands nothing else is guessed: another calendar would be another's.
        Err(error) if given.path() != "/" => return Err(error),
        described => or_nothing(described)?,
    };
    let mut there: Vec<Calendar> = Vec::new();
    let mut anything = false;
    if let Some((url, resources)) = &here {
        if let Some(own) = resources.iter().find(|resource| resource.calendar) {
            let own = described(folder(url.clone()), own);
            return Ok((own.clone(), vec![own]));
        }
        // Somebody else's calendars, perhaps; they go before the user's own.
        if let Some((url, members)) = or_nothing(dav.describe(url, true).await)? {
            anything = !members.is_empty();
            there = all(&url, &members)?;
            if let Some(chosen) = choose(&there, wanted) {
                return chosen.map(|chosen| (chosen, there));
            }
        }
    }
    let mut home = match here {
        Some((url, resources)) => home(dav, &url, &resources).await?,
        None => None,
    };
    if home.is_none() {
        let known = given.join(WELL_KNOWN).map_err(|_| CalendarError::NotFound)?;
        if let Some((url, resources)) = or_nothing(dav.describe(&known, false).await)? {
            home = self::home(dav, &url, &resources).await?;
        }
    }
    let Some(home) = home else {
        // Nothing that speaks of calendars was there at all.
        return Err(if anything { none(&there, wanted) } else { CalendarError::NotFound });
    };
    let (url, members) = dav.describe(&home, true).await?;
    there.extend(all(&url, &members)?);
    match choose(&there, wanted) {
        Some(chosen) => chosen.map(|chosen| (chosen, there)),
        None => Err(none(&there, wanted)),
    }
}

/// All calendars of the user, as far as the server says where they are.
pub(super) async fn of_user(dav: &Dav, given: &Url) -> Result<Vec<Calendar>, CalendarError> {
    let Some((url, resources)) = or_nothing(dav.describe(given, false).await)? else { return Ok(Vec::new()) };
    let Some(home) = home(dav, &url, &resources).await? else { return Ok(Vec::new()) };
    let (url, members) = dav.describe(&home, true).await?;
    all(&url, &members)
}

/// Where the calendars of the user are that the resources speak of.
async fn home(dav: &Dav, url: &Url, resources: &[Resource]) -> Result<Option<Url>, CalendarError> {
    let home = |resources: &[Resource]| resources.iter().find_map(|resource| resource.home.clone());
    if let Some(home) = home(resources) {
        return resolve(url, &home).map(Some);
    }
    let Some(principal) = resources.iter().find_map(|resource| resource.principal.clone()) else {
        return Ok(None);
    };
    let (url, resources) = dav.describe(&resolve(url, &principal)?, false).await?;
    home(&resources).map(|home| resolve(&url, &home)).transpose()
}

/// What is not there, or doesn't speak CalDAV, leaves other places to look at; anything else is an error.
fn or_nothing<T>(result: Result<T, CalendarError>) -> Result<Option<T>, CalendarError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(CalendarError::NotFound | CalendarError::Refused { .. } | CalendarError::Unreadable { .. }) => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// The address that `href` is, if it may be given the password.
fn resolve(base: &Url, href: &str) -> Result<Url, CalendarError> {
    let url = base.join(href).map_err(|_| CalendarError::Unreadable { what: "an address in it is none" })?;
    if address::same_origin(base, &url) || address::is_sibling(base, &url) {
        Ok(url)
    } else {
        Err(CalendarError::Elsewhere { host: address::host(&url) })
    }
}

/// What is in a collection has an address only below one that ends with a slash.
fn folder(mut url: Url) -> Url {
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    url
}

/// The calendars among what is at `base`.
fn all(base: &Url, members: &[Resource]) -> Result<Vec<Calendar>, CalendarError> {
    let calendars = members.iter().filter(|resource| resource.calendar);
    calendars.map(|resource| Ok(described(folder(resolve(base, &resource.href)?), resource))).collect()
}

/// What can't be told to be read only may be written; the server has the last word.
fn described(url: Url, resource: &Resource) -> Calendar {
    Calendar { url, name: resource.name.clone(), writable: resource.writable.unwrap_or(true) }
}

/// The calendar called `wanted`, or without a name the only one that can be written, or the only one. Nothing if there
/// is none; where there are several nobody knows which is meant, and taking any would be a guess.
fn choose(there: &[Calendar], wanted: Option<&str>) -> Option<Result<Calendar, CalendarError>> {
    let is_wanted = |calendar: &&Calendar| match (wanted, &calendar.name) {
        (Some(wanted), Some(name)) => name.trim().to_lowercase() == wanted.trim().to_lowercase(),
        (Some(_), None) => false,
        (None, _) => true,
    };
    let mut meant: Vec<&Calendar> = there.iter().filter(is_wanted).collect();
    if meant.iter().any(|calendar| calendar.writable) {
        meant.retain(|calendar| calendar.writable);
    }
    match meant.as_slice() {
        [] => None,
        [only] => Some(Ok((*only).clone())),
        _ => Some(Err(CalendarError::Several { wanted: wanted.map(str::to_owned), there: names(&meant) })),
    }
}

fn names<'a>(calendars: impl IntoIterator<Item = &'a &'a Calendar>) -> Vec<String> {
    // One without a name is known by the end of its address.
    let last = |url: &Url| url.path().trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned();
    let name = |calendar: &&Calendar| calendar.name.clone().unwrap_or_else(|| last(&calendar.url));
    let names: BTreeSet<String> = calendars.into_iter().map(name).collect();
    names.into_iter().collect()
}

fn none(there: &[Calendar], wanted: Option<&str>) -> CalendarError {
    let there: Vec<&Calendar> = there.iter().collect();
    CalendarError::NoCalendar { wanted: wanted.map(str::to_owned), there: names(&there) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar(name: &str, writable: bool) -> Calendar {
        let url = format!("https://calendar.example/ana/{}/", name.to_lowercase());
        Calendar { url: Url::parse(&url).unwrap(), name: Some(name.to_owned()), writable }
    }

    #[test]
    fn a_calendar_is_chosen_only_where_one_is_meant() {
        let (work, home) = (|| calendar("Work", true), || calendar("Home", true));
        let birthdays = || calendar("Birthdays", false);
        let cases: Vec<(Vec<Calendar>, Option<&str>, &str)> = vec![
            (vec![], None, "none"),
            (vec![work()], None, "Work"),
            (vec![work(), birthdays()], None, "Work"),
            (vec![birthdays()], None, "Birthdays"),
            (vec![birthdays(), calendar("Feasts", false)], None, "several Birthdays Feasts"),
            (vec![work(), home()], None, "several Home Work"),
            (vec![work(), home()], Some(" work"), "Work"),
            (vec![work(), calendar("Work", false)], Some("Work"), "Work"),
            (vec![work(), work()], Some("Work"), "several Work"),
            (vec![work(), home()], Some("Wrok"), "none"),
            (vec![work(), birthdays()], Some("Birthdays"), "Birthdays"),
        ];
        for (there, wanted, expected) in cases {
            let said = match choose(&there, wanted) {
                None => "none".to_owned(),
                Some(Ok(chosen)) => chosen.name.unwrap(),
                Some(Err(CalendarError::Several { there, .. })) => format!("several {}", there.join(" ")),
                Some(Err(other)) => other.to_string(),
            };
            assert_eq!(said, expected, "{there:?} {wanted:?}");
        }
    }
}
