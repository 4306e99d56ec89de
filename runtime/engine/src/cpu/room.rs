/// The memory of one run: slots that values take in turn. Fresh memory of this size would be mapped, cleared and unmapped by the
/// system for every window, which takes a quarter of the time of a small network.
#[derive(Default)]
pub(super) struct Room {
    pub(super) slots: Vec<Vec<f32>>,
}

impl Room {
    /// Makes slots of these lengths, of what there is.
    pub(super) fn fit(&mut self, lengths: &[usize]) {
        self.slots.truncate(lengths.len());
        self.slots.resize_with(lengths.len(), Vec::new);
        for (slot, length) in self.slots.iter_mut().zip(lengths) {
            if slot.len() != *length {
                // What was too short goes before the longer one comes.
                *slot = Vec::new();
                *slot = vec![0.0; *length];
            }
        }
    }

    pub(super) fn numbers(&self) -> usize {
        self.slots.iter().map(Vec::len).sum()
    }

    /// Takes a slot to write it while others are read.
    pub(super) fn take(&mut self, slot: usize) -> Vec<f32> {
        std::mem::take(&mut self.slots[slot])
    }

    /// So many numbers that nobody reads any more, of the largest slot.
    pub(super) fn scratch(&mut self, length: usize) -> &mut [f32] {
        if self.slots.iter().all(|slot| slot.len() < length) {
            self.slots.push(vec![0.0; length]);
        }
        let largest = self.slots.iter_mut().max_by_key(|slot| slot.len());
        largest.expect("there is one as long")
    }

    /// Puts it back.
    pub(super) fn give(&mut self, slot: usize, data: Vec<f32>) {
        self.slots[slot] = data;
    }
}
