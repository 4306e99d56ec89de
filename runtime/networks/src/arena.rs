use crate::graph::ValueId;
use crate::program::Program;

/// Where the values of a program lie: slots that values take in turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arena {
    /// Numbers in each slot.
    pub slots: Vec<usize>,
    /// The slot of each value that a step writes.
    pub places: Vec<Option<usize>>,
}

impl Arena {
    /// Gives each value of a program a slot that nobody else uses while it is needed. `length` says how
    /// many numbers a value has in memory, `input` whether the network's input needs a slot.
    pub fn plan(program: &Program, input: bool, length: impl Fn(ValueId) -> usize) -> Self {
        let mut arena = Self { slots: Vec::new(), places: vec![None; program.values()] };
        let mut free = Vec::new();
        if input {
            arena.put(ValueId::INPUT, length(ValueId::INPUT), &mut free);
        }
        for (step, dropped) in program.steps().iter().zip(program.dropped_after()) {
            arena.put(step.output, length(step.output), &mut free);
            free.extend(dropped.into_iter().filter_map(|value| arena.places[value.index()]));
        }
        arena
    }

    /// All numbers.
    pub fn total(&self) -> usize {
        self.slots.iter().sum()
    }

    /// Whether a value of this length has a slot that never needs to be longer, so that the memory can be given away with the value.
    pub fn fills(&self, value: ValueId, length: usize) -> bool {
        self.places[value.index()].is_some_and(|slot| self.slots[slot] == length)
    }

    /// Takes the smallest free slot that is large enough; where none is, the largest grows.
    fn put(&mut self, value: ValueId, length: usize, free: &mut Vec<usize>) {
        let fits = |at: &usize| self.slots[free[*at]] >= length;
        let best = (0..free.len()).filter(fits).min_by_key(|at| self.slots[free[*at]]);
        let best = best.or_else(|| (0..free.len()).max_by_key(|at| self.slots[free[*at]]));
        let slot = match best {
            Some(at) => free.swap_remove(at),
            None => {
                self.slots.push(0);
                self.slots.len() - 1
            }
        };
        self.slots[slot] = self.slots[slot].max(length);
        self.places[value.index()] = Some(slot);
    }
}
