//! Slack's limits on what is drawn (docs.slack.dev). Lengths are in UTF-16 units, the strictest way to count.

/// Blocks of a message.
pub(super) const MESSAGE_BLOCKS: usize = 50;
/// Blocks of a modal.
pub(super) const VIEW_BLOCKS: usize = 100;
/// The text of one block.
pub(super) const BLOCK_TEXT: usize = 3_000;
/// All text of a message together: what its `markdown` block takes, since no other figure is published.
pub(super) const MESSAGE_TEXT: usize = 12_000;
/// All text of a modal together. A view has 250 kB; each unit takes at most six bytes of JSON.
pub(super) const VIEW_TEXT: usize = 30_000;
/// A header.
pub(super) const HEADER: usize = 150;
/// `text`, which notifications and clients without blocks show.
pub(super) const NOTIFICATION: usize = 3_000;
/// The text beside a file: as for `text`, since no other figure is published.
pub(super) const COMMENT: usize = 3_000;
/// A button's or an option's label.
pub(super) const LABEL: usize = 75;
/// Buttons and menus in a row.
pub(super) const CONTROLS: usize = 25;
/// Entries of an overflow menu.
pub(super) const OVERFLOW: usize = 5;
/// An address.
pub(super) const URL: usize = 3_000;
/// A modal's title and the labels of its two buttons.
pub(super) const TITLE: usize = 24;
/// An input's label or hint.
pub(super) const INPUT_LABEL: usize = 2_000;
/// A placeholder.
pub(super) const PLACEHOLDER: usize = 150;
/// What a text input takes.
pub(super) const INPUT_TEXT: u16 = 3_000;
/// Radio buttons or check boxes of one input.
pub(super) const CHOICES: usize = 10;
/// Options of a menu.
pub(super) const PICKS: usize = 100;
/// The value of an option.
pub(super) const OPTION_VALUE: usize = 75;
