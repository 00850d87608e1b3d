//! All files of a configuration, read but not yet believed: what the checks look at.

use super::diagnostic::{Place, Report};
use super::raw::{Ask, Canvass, Directory, Initiative, Person};
use super::read::{At, Reader, Soundness, document, written};
use super::source::{FOLDER, Files};
use crate::domain::engagement::{Audience, Touch};
use crate::domain::ids::{InitiativeId, PersonId, TeamId};

/// The settings of the advocate.
pub(super) const CANVASS: &str = "canvass.toml";
/// The organisation.
pub(super) const PEOPLE: &str = "people.toml";
/// Where initiatives lie, one file each.
const INITIATIVES: &str = "initiatives/";
/// Where message templates lie.
const MESSAGES: &str = "messages/";

/// One file that was read into its mirror.
#[derive(Debug)]
pub(super) struct Document<T> {
    /// What it says; none if it isn't there.
    pub raw: Option<T>,
    /// Whether all of it was understood.
    pub soundness: Soundness,
}

/// An initiative's file.
#[derive(Debug)]
pub(super) struct Described {
    /// The file's name.
    pub id: At<InitiativeId>,
    /// What it says.
    pub raw: Initiative,
    /// Whether all of it was understood.
    pub soundness: Soundness,
}

/// A message template that overrides the embedded one.
#[derive(Debug)]
pub(super) struct Template {
    /// For whom.
    pub audience: Audience,
    /// In which touch.
    pub touch: Touch,
    /// Its first character.
    pub top: Place,
    /// Its text.
    pub text: String,
}

/// The whole configuration as it is written.
#[derive(Debug)]
pub(super) struct Organisation<'f> {
    /// The texts.
    pub files: &'f Files,
    /// `canvass.toml`.
    pub canvass: Document<Canvass>,
    /// `people.toml`.
    pub directory: Document<Directory>,
    /// `initiatives/*.toml`, by file name.
    pub initiatives: Vec<Described>,
    /// Whether every initiative's file has a usable name.
    pub initiatives_sound: Soundness,
    /// `messages/*.jinja`.
    pub templates: Vec<Template>,
}

impl<'f> Organisation<'f> {
    /// Reads every file, reporting what has not even the form of a configuration.
    pub(super) fn read(files: &'f Files, report: &mut Report) -> Self {
        for (path, reason) in files.unreadable() {
            let top = top(report, path);
            let (what, help) = if path == FOLDER {
                ("this folder", "name the configuration's folder with `--config` or `CANVASS_CONFIG`")
            } else {
                ("it", "see that it is UTF-8 text and that this program may read it")
            };
            report.fault("unreadable-file", top, format!("{what} can't be read: {reason}")).help(help);
        }
        let mut organisation = Self {
            files,
            canvass: required(files, CANVASS, report),
            directory: required(files, PEOPLE, report),
            initiatives: Vec::new(),
            initiatives_sound: Soundness::Whole,
            templates: Vec::new(),
        };
        for (path, text) in files.iter() {
            if path == CANVASS || path == PEOPLE || path.ends_with(".ics") {
                continue;
            }
            if let Some(name) = path.strip_prefix(INITIATIVES).and_then(|name| name.strip_suffix(".toml")) {
                organisation.initiative(path, name, text, report);
            } else if let Some(name) =
                path.strip_prefix(MESSAGES).and_then(|name| name.strip_suffix(".jinja"))
            {
                organisation.template(path, name, text, report);
            } else {
                let top = top(report, path);
                report.fault("unknown-file", top, "nothing reads this file").help(
                    "initiatives lie in `initiatives/`, templates in `messages/`, \
                     everything else is in `canvass.toml` and `people.toml`",
                );
            }
        }
        // One that can't be read was told already.
        let holds_some = |(path, _): (&str, &str)| format!("{path}/").starts_with(INITIATIVES);
        if !files.iter().chain(files.unreadable()).any(holds_some) {
            organisation.no_initiatives(report);
        }
        organisation
    }

    /// A folder that vanished must not take every initiative back: that is for each one's file to say.
    fn no_initiatives(&mut self, report: &mut Report) {
        self.initiatives_sound = Soundness::Broken;
        if is_unreadable(self.files) {
            return;
        }
        let folder = top(report, INITIATIVES);
        report.fault("missing-file", folder, "there is no initiative in this folder").help(
            "write a file for each initiative, such as `initiatives/payment-deadlines.toml`; the sample \
             organization of the repository has some to start from. To take the last one back, keep its file and \
             write `withdrawn = true` in it",
        );
    }

    fn initiative(&mut self, path: &str, name: &str, text: &str, report: &mut Report) {
        let top = top(report, path);
        let id = match InitiativeId::parse(name) {
            Ok(id) => Some(At { value: id, place: top }),
            Err(error) => {
                self.initiatives_sound = Soundness::Broken;
                report
                    .fault("id", top, format!("`{name}` is not the id of an initiative"))
                    .label(format!("the file's name is the initiative's id: {error}"));
                None
            }
        };
        let (raw, soundness) = document(text, &mut Reader::new(report, top.file));
        if let (Some(id), Some(raw)) = (id, raw) {
            self.initiatives.push(Described { id, raw, soundness });
        }
    }

    fn template(&mut self, path: &str, name: &str, text: &str, report: &mut Report) {
        let top = top(report, path);
        let Some((audience, touch)) = name.split_once('.') else {
            report
                .fault("template-name", top, format!("`{name}` names no audience and touch"))
                .help("name it `AUDIENCE.TOUCH.jinja`, such as `engineer.pitch.jinja`");
            return;
        };
        let found = (Audience::from_word(audience), Touch::from_word(touch));
        if found.0.is_none() {
            report
                .fault("template-name", top, format!("there is no audience `{audience}`"))
                .nearest(audience, Audience::ALL.map(Audience::word));
        }
        if found.1.is_none() {
            report
                .fault("template-name", top, format!("there is no touch `{touch}`"))
                .nearest(touch, Touch::ALL.map(Touch::word));
        }
        if let (Some(audience), Some(touch)) = found {
            self.templates.push(Template { audience, touch, top, text: text.to_owned() });
        }
    }

    /// Every person with their id.
    pub(super) fn people(&self) -> impl Iterator<Item = &(At<PersonId>, Person)> + Clone {
        self.directory.raw.iter().flat_map(|directory| directory.people.iter())
    }

    /// The person called `id`.
    pub(super) fn person(&self, id: &PersonId) -> Option<&Person> {
        self.people().find(|(named, _)| named.value == *id).map(|(_, person)| person)
    }

    /// Whether `person` advocates anything, sees everything, or is there to talk: somebody who need not
    /// be written to.
    pub(super) fn is_host_or_advocate(&self, person: &PersonId) -> bool {
        let canvass = self.canvass.raw.as_ref();
        let admin = canvass
            .and_then(|canvass| canvass.workspace.as_ref())
            .is_some_and(|workspace| workspace.value.admins.values().any(|admin| admin == person));
        let hosts = canvass.is_some_and(|canvass| {
            canvass.office_hours.values().any(|hours| hours.host.get() == Some(person))
        });
        admin || hosts || self.initiatives.iter().any(|described| described.is_advocate(person))
    }
}

impl Described {
    /// Whether `person` advocates it.
    pub(super) fn is_advocate(&self, person: &PersonId) -> bool {
        self.raw.advocates.values().any(|advocate| advocate == person)
    }

    /// Whether nothing is sent for it any more.
    pub(super) fn is_withdrawn(&self) -> bool {
        self.raw.withdrawn.as_ref().is_some_and(|withdrawn| withdrawn.value)
    }

    /// Whether `person` is left out of it by hand.
    pub(super) fn excludes(&self, person: &PersonId) -> bool {
        self.raw.excluded.values().any(|exception| exception.person.get() == Some(person))
    }

    /// The role in which `person` is argued with about the ask of `team`, if they are: the rule of
    /// `Program::stakeholder`, for files that may still have faults.
    pub(super) fn role(&self, team: &TeamId, ask: &Ask, id: &PersonId, person: &Person) -> Option<Audience> {
        if self.is_advocate(id) || self.excludes(id) {
            return None;
        }
        // Of several roles the one closest to deciding.
        let audience = person.audiences.values().copied().min()?;
        let decides = written(&ask.decider).is_some_and(|decider| decider.value == *id);
        let answers_for_all = audience == Audience::Executive && person.teams.is_left_out();
        let on_team = person.teams.values().any(|on| on == team);
        let added = self.raw.extra.values().any(|exception| exception.person.get() == Some(id));
        (decides || answers_for_all || on_team || added).then_some(audience)
    }
}

/// Whether the whole folder can't be read: then that is all there is to say.
fn is_unreadable(files: &Files) -> bool {
    files.unreadable().any(|(path, _)| path == FOLDER)
}

fn top(report: &mut Report, path: &str) -> Place {
    Place { file: report.file(path), start: 0, end: 0 }
}

fn required<T: super::read::Read>(files: &Files, path: &str, report: &mut Report) -> Document<T> {
    let top = top(report, path);
    let Some(text) = files.text(path) else {
        if !is_unreadable(files) {
            report
                .fault("missing-file", top, "this file is missing")
                .help("the sample organization of the repository has one to start from");
        }
        return Document { raw: None, soundness: Soundness::Broken };
    };
    let (raw, soundness) = document(text, &mut Reader::new(report, top.file));
    Document { raw, soundness }
}
