//! `/canvass ask`: a question, asked from anywhere in Slack.

use crate::command::{Decided, Scene, questions};
use crate::domain::directory::Person;

pub(super) fn ask(scene: Scene<'_>, actor: &Person, words: &[&str]) -> Result<Decided, String> {
    questions::by_command(scene, actor, words)
}
