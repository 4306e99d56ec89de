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

    /// Whether a case is among the worst so far. One without a rank never is.
    pub(crate) fn wants(&self, number: usize, rank: f64) -> bool {
        let better = |(other, case, _): &(f64, usize, Picture)| (*other, *case) > (rank, number);
        !rank.is_nan() && (self.pictures.len() < self.most || self.pictures.last().is_some_and(better))
    }

    /// Takes a picture that was wanted, and drops the one that is too much.
    pub(crate) fn offer(&mut self, number: usize, rank: f64, picture: Picture) {
        let place = self.pictures.partition_point(|(other, case, _)| (*other, *case) < (rank, number));
        self.pictures.insert(place, (rank, number, picture));
        self.pictures.truncate(self.most);
    }

    /// Gives the picture of a case away, where there is one.
    pub(crate) fn take(&mut self, number: usize) -> Option<Picture> {
        let place = self.pictures.iter().position(|(_, case, _)| *case == number)?;
        Some(self.pictures.remove(place).2)
    }
}
