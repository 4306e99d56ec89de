//! Numbers that begin where a line of the cache does: a vector that reaches into two lines is loaded and stored twice.

use std::ops::Deref;

use crate::lanes::LANES;

/// Bytes of a line.
const LINE: usize = LANES * size_of::<f32>();

/// Numbers that stay as they are.
pub(crate) struct Lines {
    numbers: Vec<f32>,
    first: usize,
}

impl From<Vec<f32>> for Lines {
    fn from(mut numbers: Vec<f32>) -> Self {
        let count = numbers.len();
        numbers.reserve_exact(LANES - 1);
        let first = numbers.as_ptr().align_offset(LINE);
        numbers.resize(count + first, 0.0);
        numbers.copy_within(..count, first);
        Self { numbers, first }
    }
}

impl Deref for Lines {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &self.numbers[self.first..]
    }
}

/// Room that is used again and again, and grows.
#[derive(Default)]
pub(crate) struct Scratch(Vec<f32>);

impl Scratch {
    /// So many numbers; what is in them is of no meaning.
    pub(crate) fn take(&mut self, count: usize) -> &mut [f32] {
        let Self(numbers) = self;
        if numbers.len() < count + LANES - 1 {
            numbers.resize(count + LANES - 1, 0.0);
        }
        let first = numbers.as_ptr().align_offset(LINE);
        &mut numbers[first..][..count]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begins_a_line(numbers: &[f32]) -> bool {
        numbers.as_ptr().addr().is_multiple_of(LINE)
    }

    #[test]
    fn numbers_begin_with_a_line_and_stay_as_they_are() {
        let mut scratch = Scratch::default();
        for count in [1, 2, 16, 17, 1000, 100_000, 3] {
            let lines = Lines::from((0..count).map(|number| number as f32).collect::<Vec<_>>());
            assert!(begins_a_line(&lines) && lines.iter().enumerate().all(|(at, number)| *number == at as f32));
            assert_eq!(lines.len(), count);
            let taken = scratch.take(count);
            assert!(begins_a_line(taken) && taken.len() == count);
        }
    }
}
