//! The FAQ's answers, with their figures filled in.

use jiff::civil::Date;

use crate::domain::initiative::{FaqEntry, Initiative};

use super::sentence::fill;
use super::unsayable::Unsayable;

/// What `entry` answers, as of `today`.
pub fn faq_answer(initiative: &Initiative, entry: &FaqEntry, today: Date) -> Result<String, Unsayable> {
    Ok(fill(&entry.answer, initiative, today)?.text)
}
