//! People can be found in Slack, and stand where they say.

use std::collections::{BTreeMap, BTreeSet};

use super::Findings;
use crate::config::organisation::Organisation;
use crate::config::read::written;
use crate::config::word::{abbreviated, is_offset};

pub(super) fn address(organisation: &Organisation<'_>, findings: &mut Findings<'_>) {
    for (id, person) in organisation.people() {
        match (&person.slack, &person.email) {
            (Some(_), Some(_)) => {
                findings
                    .fault(id.place, format!("`{}` has a Slack id and an e-mail address", id.value))
                    .label("one of the two is enough")
                    .help("keep the Slack id and take `email` out");
            }
            (None, None) => {
                findings
                    .fault(id.place, format!("nobody can tell who `{}` is in Slack", id.value))
                    .label("has neither `slack` nor `email`")
                    .help("add `email = \"…\"`, the address of their Slack account, or `slack = \"U…\"`");
            }
            _ => {}
        }
    }
}

pub(super) fn address_shared(organisation: &Organisation<'_>, findings: &mut Findings<'_>) {
    let mut holders = BTreeMap::new();
    for (id, person) in organisation.people() {
        let slack = written(&person.slack);
        let email = written(&person.email);
        let slack = slack.map(|slack| (slack.value.as_str().to_owned(), slack.place));
        let email = email.map(|email| (email.value.0.to_lowercase(), email.place));
        for (address, place) in slack.into_iter().chain(email) {
            match holders.insert(address, &id.value) {
                None => {}
                Some(other) => {
                    findings
                        .fault(place, format!("`{}` and `{other}` have the same address", id.value))
                        .label(format!("`{other}` has it too"))
                        .help("one person has one entry; several roles go into its `audiences`");
                }
            }
        }
    }
}

pub(super) fn role(organisation: &Organisation<'_>, findings: &mut Findings<'_>) {
    for (id, person) in organisation.people() {
        if person.audiences.is_left_out() && !organisation.is_host_or_advocate(&id.value) {
            findings
                .warning(id.place, format!("`{}` has no role, so nobody writes to them", id.value))
                .label("has no `audiences`")
                .help("add `audiences = [\"engineer\"]`, or whichever is theirs");
        }
    }
}

pub(super) fn zone(organisation: &Organisation<'_>, findings: &mut Findings<'_>) {
    let canvass = organisation.canvass.raw.iter();
    let directory = organisation.directory.raw.iter();
    let company = canvass.clone().filter_map(|canvass| canvass.calendar.get()?.zone.0.as_ref());
    let hosts = canvass.flat_map(|canvass| canvass.office_hours.values()).filter_map(|of| of.zone.as_ref());
    let sites = directory.flat_map(|of| of.sites.iter()).filter_map(|(_, site)| site.zone.as_ref());
    let people = organisation.people().filter_map(|(_, person)| person.zone.as_ref());
    for zone in company.chain(hosts).chain(sites).chain(people) {
        let name = zone.value.iana_name().unwrap_or_default();
        if is_offset(name) {
            let place = abbreviated(name).unwrap_or("Europe/Lisbon");
            findings
                .warning(zone.place, format!("`{name}` is the same hour all year"))
                .label("no place: it knows no daylight saving")
                .help(format!(
                    "write a region and a city, such as `{place}`, unless nobody there changes clocks"
                ));
        }
    }
}

pub(super) fn reports_to(organisation: &Organisation<'_>, findings: &mut Findings<'_>) {
    let above: BTreeMap<_, _> = organisation
        .people()
        .filter_map(|(id, person)| Some((&id.value, person.reports_to.as_ref()?)))
        .collect();
    let mut told = BTreeSet::new();
    for start in above.keys() {
        let mut path = Vec::new();
        let mut here = *start;
        while let Some(next) = above.get(here) {
            if path.contains(&here) {
                break;
            }
            path.push(here);
            here = &next.value;
        }
        // Only who is in the circle is told, and only once: not everybody who reports into it.
        if here == *start && !path.is_empty() && path.iter().all(|person| told.insert(*person)) {
            let Some(next) = above.get(here) else { continue };
            let way: Vec<String> = path.iter().chain([&here]).map(|person| format!("`{person}`")).collect();
            findings
                .fault(next.place, format!("`{start}` reports to themselves"))
                .label(way.join(" → "))
                .help("take out the `reports_to` that is wrong");
        }
    }
}
