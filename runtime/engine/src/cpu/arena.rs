use std::sync::{Mutex, MutexGuard, PoisonError};

/// Buffers that steps and windows hand to each other. Fresh memory of this size would be mapped, cleared and unmapped by
/// the system for every step, which takes a quarter of the time of a small network.
#[derive(Default)]
pub(crate) struct Arena(Mutex<Vec<Vec<f32>>>);

impl Arena {
    /// A buffer of `length` numbers, whatever they are.
    pub(crate) fn take(&self, length: usize) -> Vec<f32> {
        let mut spare = self.spare();
        let fits = (0..spare.len()).filter(|at| spare[*at].capacity() >= length).min_by_key(|at| spare[*at].capacity());
        match fits {
            Some(at) => {
                let mut buffer = spare.swap_remove(at);
                drop(spare);
                buffer.resize(length, 0.0);
                buffer
            }
            None => {
                // One that is too small goes, so that the spare ones are never more than what steps held at once.
                let largest = (0..spare.len()).max_by_key(|at| spare[*at].capacity());
                largest.map(|at| spare.swap_remove(at));
                drop(spare);
                vec![0.0; length]
            }
        }
    }

    /// Takes a buffer that nothing reads any more.
    pub(crate) fn give(&self, buffer: Vec<f32>) {
        self.spare().push(buffer);
    }

    /// Gives all spare memory back to the system.
    pub(crate) fn clear(&self) {
        self.spare().clear();
    }

    fn spare(&self) -> MutexGuard<'_, Vec<Vec<f32>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
