//! The table and the file of a comparison.

use std::fs;

use lab::root;
use serde_json::{Value, json};

use crate::Error;

/// What a row should reach.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Goal {
    /// Ours, in the row's unit.
    AtMost(f64),
    /// Ours, in the row's unit.
    AtLeast(f64),
    /// Ours divided by the peer's.
    Ratio(f64),
    /// Ours divided by the peer's, at least and at most.
    Within([f64; 2]),
    /// Ours less the peer's, in the row's unit.
    Excess(f64),
}

/// One figure of ours beside the peer's.
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) ours: f64,
    pub(crate) peer: f64,
    pub(crate) unit: &'static str,
    pub(crate) goal: Option<Goal>,
    /// The smallest figure of ours and of the peer's, where the others are medians.
    least: Option<[f64; 2]>,
    /// What both have in common.
    floor: Option<f64>,
}

impl Row {
    pub(crate) fn new(name: impl Into<String>, unit: &'static str, ours: f64, peer: f64) -> Self {
        Self { name: name.into(), ours, peer, unit, goal: None, least: None, floor: None }
    }

    pub(crate) fn goal(self, goal: Goal) -> Self {
        Self { goal: Some(goal), ..self }
    }

    pub(crate) fn least(self, ours: f64, peer: f64) -> Self {
        Self { least: Some([ours, peer]), ..self }
    }

    pub(crate) fn floor(self, floor: f64) -> Self {
        Self { floor: Some(floor), ..self }
    }

    /// What each side takes above the floor.
    pub(crate) fn above(&self, name: impl Into<String>) -> Self {
        let floor = self.floor.unwrap_or_default();
        Self::new(name, self.unit, self.ours - floor, self.peer - floor)
    }

    fn ratio(&self) -> f64 {
        self.ours / self.peer
    }

    /// Whether the goal is met; a figure that is no number meets none.
    fn met(&self) -> Option<bool> {
        self.goal.map(|goal| match goal {
            Goal::AtMost(most) => self.ours <= most,
            Goal::AtLeast(least) => self.ours >= least,
            Goal::Ratio(most) => self.ratio() <= most,
            Goal::Within([least, most]) => (least..=most).contains(&self.ratio()),
            Goal::Excess(most) => self.ours - self.peer <= most,
        })
    }

    fn wanted(&self) -> Option<String> {
        self.goal.map(|goal| match goal {
            Goal::AtMost(most) => format!("ours <= {most} {}", self.unit),
            Goal::AtLeast(least) => format!("ours >= {least} {}", self.unit),
            Goal::Ratio(most) => format!("ratio <= {most:.3}"),
            Goal::Within([least, most]) => format!("ratio {least} to {most}"),
            Goal::Excess(most) => format!("ours - peer <= {most} {}", self.unit),
        })
    }

    fn text(&self) -> String {
        let ending = match (self.wanted(), self.met()) {
            (Some(wanted), Some(true)) => format!("; {wanted}"),
            (Some(wanted), _) => format!("; MISSED {wanted}"),
            _ => String::new(),
        };
        let [ours, peer, ratio] = [self.ours, self.peer, self.ratio()].map(figure);
        format!("{}: {ours} beside {peer} {}, ratio {ratio}{ending}", self.name, self.unit)
    }

    fn json(&self) -> Value {
        json!({
            "name": self.name, "ours": self.ours, "peer": self.peer, "unit": self.unit, "ratio": self.ratio(),
            "least": self.least, "floor": self.floor, "goal": self.wanted(), "met": self.met(),
        })
    }
}

/// The rows of a long comparison. Each is said on stderr as it is found, so that none is lost where a later one fails.
#[derive(Default)]
pub(crate) struct Rows(pub(crate) Vec<Row>);

impl Rows {
    pub(crate) fn add(&mut self, found: impl IntoIterator<Item = Row>) {
        for row in found {
            eprintln!("peers: {}", row.text());
            self.0.push(row);
        }
    }
}

/// A comparison: its settings as name and text, and its rows.
pub(crate) struct Report {
    pub(crate) name: &'static str,
    pub(crate) settings: Vec<(&'static str, String)>,
    pub(crate) rows: Vec<Row>,
}

impl Report {
    /// Prints settings and table and writes the rows to `target/peers/NAME.json`.
    pub(crate) fn publish(&self) -> Result<(), Error> {
        print!("{}", self.text());
        let folder = root().join("target/peers");
        let path = folder.join(format!("{}.json", self.name));
        let rows = Value::from(self.rows.iter().map(Row::json).collect::<Vec<_>>());
        fs::create_dir_all(&folder)
            .and_then(|()| fs::write(&path, format!("{rows:#}\n")))
            .map_err(|source| Error::File { act: "write", path: path.display().to_string(), source })?;
        println!("rows: {}", path.display());
        Ok(())
    }

    fn text(&self) -> String {
        let mut lines: Vec<String> =
            self.settings.iter().map(|(name, text)| format!("{name:<12} {text}")).chain([String::new()]).collect();
        let width = self.rows.iter().map(|row| row.name.len()).max().unwrap_or_default();
        // A comparison without minima or floors is spared their columns.
        let wide = self.rows.iter().any(|row| row.least.is_some() || row.floor.is_some());
        let more = |words: [&str; 3]| {
            if wide { words.map(|word| format!("{word:>10}")).concat() } else { String::new() }
        };
        lines.push(format!(
            "{:<width$} {:>10} {:>10} {:<5} {:>7}{}  {:<24} met",
            "name",
            "ours",
            "peer",
            "unit",
            "ratio",
            more(["ours min", "peer min", "floor"]),
            "goal"
        ));
        for row in &self.rows {
            let met = row.met().map_or("-", |met| if met { "yes" } else { "NO" });
            let least = row.least.unwrap_or([f64::NAN; 2]).map(figure);
            lines.push(format!(
                "{:<width$} {:>10} {:>10} {:<5} {:>7}{}  {:<24} {met}",
                row.name,
                figure(row.ours),
                figure(row.peer),
                row.unit,
                figure(row.ratio()),
                more([&least[0], &least[1], &figure(row.floor.unwrap_or(f64::NAN))]),
                row.wanted().unwrap_or_else(|| "-".to_owned()),
            ));
        }
        let goals: Vec<bool> = self.rows.iter().filter_map(Row::met).collect();
        let met = goals.iter().filter(|met| **met).count();
        lines.push(format!("{met} of {} goals met", goals.len()));
        lines.join("\n") + "\n"
    }
}

/// A dash where there is no figure.
fn figure(value: f64) -> String {
    if value.is_nan() { "-".to_owned() } else { format!("{value:.3}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(ours: f64, peer: f64, goal: Goal, wanted: &str, met: bool) {
        let row = Row::new("row", "ms", ours, peer).goal(goal).json();
        assert_eq!(row["goal"], wanted);
        assert_eq!(row["met"], met, "{ours} beside {peer}: {wanted}");
    }

    #[test]
    fn a_row_in_one_line() {
        let row = |ours| Row::new("row", "s", ours, 2.0).goal(Goal::Ratio(0.5)).text();
        assert_eq!(row(1.0), "row: 1.000 beside 2.000 s, ratio 0.500; ratio <= 0.500");
        assert_eq!(row(1.5), "row: 1.500 beside 2.000 s, ratio 0.750; MISSED ratio <= 0.500");
        assert_eq!(Row::new("row", "MB", 1.0, f64::NAN).text(), "row: 1.000 beside - MB, ratio -");
    }

    #[test]
    fn goals() {
        check(3.0, 1.0, Goal::AtMost(3.0), "ours <= 3 ms", true);
        check(3.1, 9.0, Goal::AtMost(3.0), "ours <= 3 ms", false);
        check(3.0, 9.0, Goal::AtLeast(3.0), "ours >= 3 ms", true);
        check(2.9, 1.0, Goal::AtLeast(3.0), "ours >= 3 ms", false);
        check(f64::NAN, 1.0, Goal::AtLeast(3.0), "ours >= 3 ms", false);
        check(1.0, 3.0, Goal::Ratio(0.5), "ratio <= 0.500", true);
        check(2.0, 3.0, Goal::Ratio(0.5), "ratio <= 0.500", false);
        check(1.1, 1.0, Goal::Within([1.0, 1.2]), "ratio 1 to 1.2", true);
        check(0.9, 1.0, Goal::Within([1.0, 1.2]), "ratio 1 to 1.2", false);
        check(1.3, 1.0, Goal::Within([1.0, 1.2]), "ratio 1 to 1.2", false);
        check(1.05, 1.0, Goal::Excess(0.1), "ours - peer <= 0.1 ms", true);
        check(1.2, 1.0, Goal::Excess(0.1), "ours - peer <= 0.1 ms", false);
        check(f64::NAN, 1.0, Goal::Ratio(0.5), "ratio <= 0.500", false);
    }

    #[test]
    fn a_row_above_its_floor() {
        let row = Row::new("row", "s", 1.5, 3.0).floor(1.0);
        assert_eq!(row.json()["floor"], json!(1.0));
        let above = row.above("above").goal(Goal::Ratio(0.3)).json();
        assert_eq!((&above["ours"], &above["peer"], &above["met"]), (&json!(0.5), &json!(2.0), &json!(true)));
    }

    #[test]
    fn a_row_without_a_goal() {
        let row = Row::new("row", "s", 1.0, 2.0).json();
        let names: Vec<_> = row.as_object().expect("an object").keys().collect();
        assert_eq!(names, ["name", "ours", "peer", "unit", "ratio", "least", "floor", "goal", "met"]);
        assert_eq!((&row["ratio"], &row["goal"], &row["met"]), (&json!(0.5), &Value::Null, &Value::Null));
    }
}
