//! Everything that is named exists, and is named once.

use std::collections::BTreeMap;
use std::fmt::Display;

use super::Findings;
use crate::config::diagnostic::Place;
use crate::config::organisation::Organisation;
use crate::config::read::{At, List, Soundness, written};
use crate::domain::ids::{PersonId, StepId, TeamId};

pub(super) fn duplicate_id(organisation: &Organisation<'_>, findings: &mut Findings<'_>) {
    let Some(directory) = &organisation.directory.raw else { return once(organisation, findings) };
    let people = directory.people.iter().map(|(id, person)| (id, &person.was));
    claims("person", people, findings);
    let teams = directory.teams.iter().map(|(id, team)| (id, &team.was));
    claims("team", teams, findings);
    once(organisation, findings);
}

fn once(organisation: &Organisation<'_>, findings: &mut Findings<'_>) {
    claims("initiative", organisation.initiatives.iter().map(|of| (&of.id, &of.raw.was)), findings);
    let mut ordered = Vec::new();
    for id in organisation.canvass.raw.iter().flat_map(|canvass| canvass.order.iter()) {
        if ordered.contains(&&id.value) {
            findings
                .fault(id.place, format!("`{}` is already in the order", id.value))
                .label("a second time");
        }
        ordered.push(&id.value);
    }
}

/// An id that something has can't be a former id of something else, nor can two have had the same.
fn claims<'a, I: Ord + Display + 'a>(
    kind: &str,
    named: impl Iterator<Item = (&'a At<I>, &'a List<I>)> + Clone,
    findings: &mut Findings<'_>,
) {
    let mut holders: BTreeMap<&I, &I> = named.clone().map(|(id, _)| (&id.value, &id.value)).collect();
    for (id, was) in named {
        for former in was.iter() {
            match holders.insert(&former.value, &id.value) {
                None => {}
                Some(other) => {
                    findings
                        .fault(former.place, format!("the {kind} id `{}` is taken", former.value))
                        .label(format!("`{other}` has or had it"))
                        .help("`was` lists ids that nothing else has; its history goes to one place only");
                }
            }
        }
    }
}

/// The names of one kind that exist, and what former ones have become.
struct Known<'a, I> {
    kind: &'static str,
    file: &'static str,
    names: BTreeMap<&'a I, &'a I>,
    soundness: Soundness,
}

impl<'a, I: Ord + Display + AsName> Known<'a, I> {
    fn new(
        kind: &'static str,
        file: &'static str,
        soundness: Soundness,
        named: impl Iterator<Item = (&'a I, &'a [At<I>])> + Clone,
    ) -> Self {
        let former = named.clone().flat_map(|(id, was)| was.iter().map(move |former| (&former.value, id)));
        // A present name wins over a former one.
        let names = former.chain(named.map(|(id, _)| (id, id))).collect();
        Self { kind, file, names, soundness }
    }

    fn look_up(&self, id: &I, place: Place, findings: &mut Findings<'_>) {
        match self.names.get(id) {
            Some(now) if *now == id => {}
            Some(now) => {
                findings
                    .fault(place, format!("the {} `{id}` is called `{now}` now", self.kind))
                    .label("a former id")
                    .help(format!("write `{now}`"));
            }
            // In a file that could not be read whole, the name may well be there.
            None if self.soundness == Soundness::Broken => {}
            None => {
                findings
                    .fault(place, format!("there is no {} `{id}`", self.kind))
                    .label(format!("not in {}", self.file))
                    .nearest(id.name(), self.names.values().map(|name| name.name()));
            }
        }
    }

    fn look_up_all<'b>(&self, ids: impl IntoIterator<Item = &'b At<I>>, findings: &mut Findings<'_>)
    where
        I: 'b,
    {
        for id in ids {
            self.look_up(&id.value, id.place, findings);
        }
    }
}

/// What has a name to compare.
trait AsName {
    fn name(&self) -> &str;
}

macro_rules! as_name {
    ($($id:ident),*) => {
        $(impl AsName for crate::domain::ids::$id {
            fn name(&self) -> &str {
                self.as_str()
            }
        })*
    };
}
as_name!(PersonId, TeamId, SiteId, InitiativeId, StepId);

pub(super) fn unknown_person(organisation: &Organisation<'_>, findings: &mut Findings<'_>) {
    let people = organisation.people().map(|(id, person)| (&id.value, person.was.as_slice()));
    let known: Known<'_, PersonId> =
        Known::new("person", "`people.toml`", organisation.directory.soundness, people);
    if let Some(canvass) = &organisation.canvass.raw {
        known.look_up_all(
            canvass.workspace.iter().flat_map(|workspace| workspace.value.admins.iter()),
            findings,
        );
        known.look_up_all(canvass.office_hours.values().filter_map(|hours| hours.host.0.as_ref()), findings);
    }
    known.look_up_all(organisation.people().filter_map(|(_, person)| person.reports_to.as_ref()), findings);
    for described in &organisation.initiatives {
        let raw = &described.raw;
        known.look_up_all(raw.advocates.iter(), findings);
        known.look_up_all(raw.asks.iter().filter_map(|(_, ask)| written(&ask.decider)), findings);
        let exceptions = raw.extra.values().chain(raw.excluded.values());
        known.look_up_all(exceptions.filter_map(|exception| exception.person.0.as_ref()), findings);
    }
}

pub(super) fn unknown_team(organisation: &Organisation<'_>, findings: &mut Findings<'_>) {
    let directory = &organisation.directory;
    let teams = directory.raw.iter().flat_map(|raw| raw.teams.iter());
    let known: Known<'_, TeamId> = Known::new(
        "team",
        "`people.toml`",
        directory.soundness,
        teams.map(|(id, team)| (&id.value, team.was.as_slice())),
    );
    known.look_up_all(organisation.people().flat_map(|(_, person)| person.teams.iter()), findings);
    for described in &organisation.initiatives {
        let raw = &described.raw;
        known.look_up_all(raw.asks.iter().map(|(team, _)| team), findings);
        known.look_up_all(raw.figures.iter().filter_map(|(_, figure)| figure.team.as_ref()), findings);
        known.look_up_all(raw.news.values().flat_map(|news| news.teams.iter()), findings);
    }
}

pub(super) fn unknown_site(organisation: &Organisation<'_>, findings: &mut Findings<'_>) {
    let directory = &organisation.directory;
    let sites = directory.raw.iter().flat_map(|raw| raw.sites.iter());
    let known = Known::new(
        "site",
        "`people.toml`",
        directory.soundness,
        sites.map(|(id, _)| (&id.value, [].as_slice())),
    );
    known.look_up_all(organisation.people().filter_map(|(_, person)| person.site.as_ref()), findings);
}

pub(super) fn unknown_initiative(organisation: &Organisation<'_>, findings: &mut Findings<'_>) {
    let initiatives = organisation.initiatives.iter();
    let known = Known::new(
        "initiative",
        "`initiatives/`",
        organisation.initiatives_sound,
        initiatives.map(|of| (&of.id.value, of.raw.was.as_slice())),
    );
    known.look_up_all(organisation.canvass.raw.iter().flat_map(|canvass| canvass.order.iter()), findings);
}

pub(super) fn unknown_step(organisation: &Organisation<'_>, findings: &mut Findings<'_>) {
    for described in &organisation.initiatives {
        let steps = described.raw.steps.iter();
        let known: Known<'_, StepId> = Known::new(
            "step",
            "this file's `steps`",
            described.soundness,
            steps.clone().map(|(id, _)| (&id.value, [].as_slice())),
        );
        known.look_up_all(steps.flat_map(|(_, step)| step.after.iter()), findings);
        for (_, ask) in described.raw.asks.iter() {
            known.look_up_all(ask.steps.iter(), findings);
            let alone = ask.first_step.0.iter().chain(ask.smallest_step.iter());
            known.look_up_all(alone, findings);
        }
    }
}
