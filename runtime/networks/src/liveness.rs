use crate::graph::{Graph, ValueId};
use crate::shapes::Shape;

/// Which values may be dropped when: the memory model of a graph that runs node by node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Liveness {
    last_reader: Vec<Option<usize>>,
}

impl Graph {
    /// Finds the last reader of every value. The output is never dropped.
    pub fn liveness(&self) -> Liveness {
        let mut last_reader = vec![None; self.values()];
        for (index, node) in self.nodes.iter().enumerate() {
            for input in &node.inputs {
                last_reader[input.index()] = Some(index);
            }
        }
        last_reader[self.output.index()] = None;
        Liveness { last_reader }
    }

    /// The largest number of elements alive at once for one sample, the input included.
    ///
    /// `shapes` are those of [`Graph::shapes`]. A node's inputs and its output count together.
    pub fn peak_elements(&self, shapes: &[Shape]) -> usize {
        let liveness = self.liveness();
        let mut alive = shapes[0].elements();
        let mut peak = alive;
        for (index, node) in self.nodes.iter().enumerate() {
            alive += shapes[node.output.index()].elements();
            peak = peak.max(alive);
            alive -= liveness.dropped_after(index, &node.inputs).map(|v| shapes[v.index()].elements()).sum::<usize>();
        }
        peak
    }
}

impl Liveness {
    /// True when node `index` is the last that reads `value`.
    pub fn ends_at(&self, value: ValueId, index: usize) -> bool {
        self.last_reader[value.index()] == Some(index)
    }

    fn dropped_after<'a>(&'a self, index: usize, inputs: &'a [ValueId]) -> impl Iterator<Item = ValueId> + 'a {
        inputs
            .iter()
            .enumerate()
            .filter(move |(at, value)| self.ends_at(**value, index) && !inputs[..*at].contains(value))
            .map(|(_, value)| *value)
    }
}
