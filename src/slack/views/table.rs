//! Tables as text with aligned columns; Slack draws it in a fixed-width face on every surface and client.

use unicode_width::UnicodeWidthStr;

use super::text::cut;

/// The widest a column gets before its cells are cut.
const WIDEST: usize = 44;
const GAP: &str = "  ";

/// A header, a rule and the rows, one line each. Columns of figures are aligned to the right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lines {
    /// The header and the rule under it.
    pub(super) head: String,
    /// The rows.
    pub(super) rows: Vec<String>,
}

/// Draws a table. Rows may be shorter than the header; longer ones lose what has no title.
pub(super) fn lines(header: &[String], rows: &[Vec<String>]) -> Lines {
    let header: Vec<String> = header.iter().map(|cell| tidy(cell)).collect();
    let rows: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            (0..header.len()).map(|i| row.get(i).map_or_else(String::new, |cell| tidy(cell))).collect()
        })
        .collect();
    let widths: Vec<usize> = header
        .iter()
        .enumerate()
        .map(|(i, title)| {
            rows.iter()
                .filter_map(|row| row.get(i))
                .chain([title])
                .map(|cell| cell.width())
                .max()
                .unwrap_or(0)
        })
        .collect();
    let right: Vec<bool> = (0..header.len())
        .map(|i| {
            let mut cells =
                rows.iter().filter_map(|row| row.get(i)).filter(|cell| !cell.is_empty()).peekable();
            cells.peek().is_some() && cells.all(|cell| is_figure(cell))
        })
        .collect();
    let line = |cells: &[String]| -> String {
        let padded: Vec<String> = cells
            .iter()
            .zip(widths.iter().zip(&right))
            .map(|(cell, (width, right))| {
                let fill = " ".repeat(width.saturating_sub(cell.width()));
                if *right { fill + cell } else { cell.clone() + &fill }
            })
            .collect();
        padded.join(GAP).trim_end().to_owned()
    };
    let rule: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
    Lines {
        head: format!("{}\n{}", line(&header), rule.join(GAP)),
        rows: rows.iter().map(|row| line(row)).collect(),
    }
}

fn tidy(cell: &str) -> String {
    let words: Vec<&str> = cell.split_whitespace().collect();
    cut(&words.join(" "), WIDEST)
}

fn is_figure(cell: &str) -> bool {
    cell.chars().any(|c| c.is_ascii_digit())
        && cell.chars().all(|c| c.is_ascii_digit() || " .,/%$€£+-–×:".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_figures_stand_to_the_right() {
        let text = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
        let drawn = lines(
            &text(&["Team", "Reached", "Stance"]),
            &[text(&["Checkout", "3/4", "committed"]), text(&["日本", "10/12"])],
        );
        insta::assert_snapshot!(format!("{}\n{}", drawn.head, drawn.rows.join("\n")), @r"
        Team      Reached  Stance
        ────────  ───────  ─────────
        Checkout      3/4  committed
        日本        10/12
        ");
    }
}
