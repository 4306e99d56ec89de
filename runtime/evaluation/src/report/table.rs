use super::Report;
use super::section::Section;

impl Report {
    /// All of it as text for a terminal, without control characters.
    pub fn table(&self) -> String {
        let facts = self.facts();
        let wide = facts.iter().map(|(word, _)| word.len()).max().unwrap_or(0);
        let mut text: String = facts.iter().map(|(word, value)| format!("{word:<wide$}  {value}\n")).collect();
        for section in self.sections() {
            text.push_str(&format!("\n{}\n", section.title));
            lines(&section, &mut text);
        }
        // Names come from a bundle or a dataset: they must not steer the terminal.
        text.chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect()
    }
}

/// The columns one under another: words to the left, numbers to the right.
fn lines(section: &Section, text: &mut String) {
    let rows = || [&section.columns].into_iter().chain(&section.rows);
    let wide = |column: usize| rows().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..section.columns.len()).map(wide).collect();
    for row in rows() {
        let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, &width))| {
            if column < section.words { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
        });
        let line = cells.collect::<Vec<_>>().join("  ");
        text.push_str(line.trim_end());
        text.push('\n');
    }
}
