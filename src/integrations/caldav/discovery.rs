//! From the address that the operator wrote to the calendar (RFC 6764, 6; RFC 4791, 6.2.1).

use url::Url;

use crate::domain::host_calendar::CalendarError;

use super::super::address;
use super::multistatus::Resource;
use super::requests::Dav;

/// Where a server says how it is used.
const WELL_KNOWN: &str = "/.well-known/caldav";

/// The calendar meant by `given`: the one at that address; else the one called `wanted`, or without a name
/// the first that takes events, of those at that address, or else of those in the home of the user.
pub(super) async fn calendar(dav: &Dav, given: &Url, wanted: Option<&str>) -> Result<Url, CalendarError> {
    let mut seen = Seen::default();
    let here = or_nothing(dav.describe(given, false).await)?;
    if let Some((url, resources)) = &here {
        if resources.iter().any(|resource| resource.calendar) {
            return Ok(folder(url.clone()));
        }
        // Somebody else's calendars, perhaps; they go before the user's own.
        if let Some((url, members)) = or_nothing(dav.describe(url, true).await)?
            && let Some(found) = seen.choose(&url, members, wanted)
        {
            return found;
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
        return Err(if seen.anything { seen.none(wanted) } else { CalendarError::NotFound });
    };
    let (url, members) = dav.describe(&home, true).await?;
    seen.choose(&url, members, wanted).unwrap_or_else(|| Err(seen.none(wanted)))
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

/// What was found on the way.
#[derive(Default)]
struct Seen {
    anything: bool,
    names: Vec<String>,
}

impl Seen {
    fn choose(
        &mut self,
        base: &Url,
        members: Vec<Resource>,
        wanted: Option<&str>,
    ) -> Option<Result<Url, CalendarError>> {
        self.anything |= !members.is_empty();
        let calendars: Vec<Resource> = members.into_iter().filter(|resource| resource.calendar).collect();
        self.names.extend(calendars.iter().filter_map(|calendar| calendar.name.clone()));
        let is_wanted = |calendar: &&Resource| match (wanted, &calendar.name) {
            (Some(wanted), Some(name)) => name.trim().to_lowercase() == wanted.trim().to_lowercase(),
            (Some(_), None) => false,
            (None, _) => true,
        };
        let chosen = calendars.iter().find(is_wanted)?;
        Some(resolve(base, &chosen.href).map(folder))
    }

    fn none(&mut self, wanted: Option<&str>) -> CalendarError {
        let mut there = std::mem::take(&mut self.names);
        there.sort();
        there.dedup();
        CalendarError::NoCalendar { wanted: wanted.map(str::to_owned), there }
    }
}
