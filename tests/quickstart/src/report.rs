//! What the quickstart tells at its end.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::compare::TISSUES;
use crate::place::Place;

/// How long one part took.
#[derive(Serialize)]
pub(crate) struct Stage {
    pub(crate) name: &'static str,
    pub(crate) seconds: f64,
}

/// The result of a run.
#[derive(Serialize)]
pub(crate) struct Report {
    pub(crate) url: String,
    pub(crate) model: String,
    pub(crate) dice: BTreeMap<&'static str, f64>,
    pub(crate) volume_ml: BTreeMap<&'static str, f64>,
    pub(crate) stages: Vec<Stage>,
    pub(crate) files: Vec<String>,
}

impl Report {
    /// One JSON object on one line.
    pub(crate) fn print_json(&self) {
        println!("{}", serde_json::to_string(self).expect("text and numbers serialize"));
    }

    pub(crate) fn print_text(&self, place: &Place) {
        println!("url    {}", self.url);
        println!("model  {}", self.model);
        println!("\n{:<22}{:>6}{:>10}", "tissue", "Dice", "ml");
        for (_, name) in TISSUES {
            println!("{name:<22}{:>6.3}{:>10.0}", self.dice[name], self.volume_ml[name]);
        }
        println!();
        for stage in &self.stages {
            println!("{:<10}{:>8.1} s", stage.name, stage.seconds);
        }
        println!();
        for file in &self.files {
            println!("wrote  {file}");
        }
        println!(
            "\nask    curl -H \"Authorization: Bearer $(cat {})\" {}/v1/model",
            place.path("key").display(),
            self.url
        );
        println!("end    cargo quickstart --destroy");
        println!("\nThe figures show agreement with a tissue classifier on one brain. This is not a medical device.");
    }
}
