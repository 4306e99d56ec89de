//! The pictures of the worst cases, no more of them than are shown.

use crate::report::Picture;

/// The pictures of the cases with the lowest ranks so far, the lowest one first.
pub(crate) struct Gallery {
    most: usize,
    pictures: Vec<(f64, usize, Picture)>,
}

impl Gallery {
    pub(crate) fn new(most: usize) -> Gallery {
        Gallery { most, pictures: Vec::new() }
    }

    /// Whether a case is among the worst and has no picture yet. One without a rank never is.
    pub(crate) fn wants(&self, number: usize, rank: f64) -> bool {
        let better = |(other, case, _): &&(f64, usize, Picture)| (*other, *case) > (rank, number);
        let known = self.pictures.iter().any(|(_, case, _)| *case == number);
        let room = self.pictures.len() < self.most || self.pictures.last().is_some_and(|last| better(&last));
        !rank.is_nan() && !known && room && self.most > 0
    }

    /// Takes a picture that was wanted, and drops the one that is too much.
    pub(crate) fn offer(&mut self, number: usize, rank: f64, picture: Picture) {
        let place = self.pictures.partition_point(|(other, case, _)| (*other, *case) < (rank, number));
        self.pictures.insert(place, (rank, number, picture));
        self.pictures.truncate(self.most);
    }

    pub(crate) fn into_pictures(self) -> Vec<(usize, Picture)> {
        self.pictures.into_iter().map(|(_, number, picture)| (number, picture)).collect()
    }
}
