use std::ops::Range;

/// Which neighbouring positions along an input axis make each position along an output axis, and by which weights.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Windows {
    firsts: Vec<usize>,
    bounds: Vec<usize>,
    weights: Vec<f64>,
    longest: usize,
}

impl Windows {
    pub(crate) fn new() -> Windows {
        Windows { firsts: Vec::new(), bounds: vec![0], weights: Vec::new(), longest: 0 }
    }

    /// Windows of one position each.
    pub(crate) fn pick(positions: impl IntoIterator<Item = usize>) -> Windows {
        let mut out = Windows::new();
        positions.into_iter().for_each(|position| out.push(position, &[1.0]));
        out
    }

    /// Adds the window of the next output position; without weights, that is 0.
    pub(crate) fn push(&mut self, first: usize, weights: &[f64]) {
        self.firsts.push(if weights.is_empty() { 0 } else { first });
        self.weights.extend_from_slice(weights);
        self.bounds.push(self.weights.len());
        self.longest = self.longest.max(weights.len());
    }

    /// The number of output positions.
    pub(crate) fn len(&self) -> usize {
        self.firsts.len()
    }

    pub(crate) fn longest(&self) -> usize {
        self.longest
    }

    /// First input position of an output position, and the weights from there on.
    pub(crate) fn get(&self, index: usize) -> (usize, &[f64]) {
        (self.firsts[index], &self.weights[self.bounds[index]..self.bounds[index + 1]])
    }

    /// The input positions that these output positions need.
    pub(crate) fn needs(&self, target: Range<usize>) -> Range<usize> {
        let windows = target.map(|index| self.get(index)).filter(|(_, weights)| !weights.is_empty());
        windows.fold(0..0, |out, (first, weights)| {
            let end = first + weights.len();
            if out.is_empty() { first..end } else { out.start.min(first)..out.end.max(end) }
        })
    }

    /// Whether every output position is one input position, or 0.
    pub(crate) fn picks(&self) -> bool {
        self.longest <= 1 && self.weights.iter().all(|&weight| weight == 1.0)
    }
}
