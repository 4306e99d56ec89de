use serde::{Deserialize, Serialize};

use crate::{Agreement, ClassifiedCase, Segmentation};

/// What one model reached in one case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scores {
    /// A segmentation.
    Segmentation(Segmentation),
    /// A class.
    Classification(ClassifiedCase),
}

/// All that is kept of one case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseScores {
    /// Of the model that is evaluated.
    pub model: Scores,
    /// Of the one that it is compared with.
    pub against: Option<Scores>,
    /// How far both answers are the same, where they are label maps.
    pub agreement: Option<Agreement>,
}

impl Scores {
    /// The segmentation, if it is one.
    pub fn segmentation(&self) -> Option<&Segmentation> {
        match self {
            Scores::Segmentation(segmentation) => Some(segmentation),
            Scores::Classification(_) => None,
        }
    }

    /// The classified case, if it is one.
    pub fn classification(&self) -> Option<&ClassifiedCase> {
        match self {
            Scores::Segmentation(_) => None,
            Scores::Classification(case) => Some(case),
        }
    }
}
