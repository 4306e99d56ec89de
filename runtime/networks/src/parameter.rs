/// Index of a parameter in [`Network::parameters`](crate::Network::parameters).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ParameterId(pub(crate) usize);

impl ParameterId {
    /// Position in the network's parameter table.
    pub fn index(self) -> usize {
        self.0
    }
}

/// One entry of the network's state dict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// PyTorch's dotted name, as in a checkpoint, e.g. `model.0.conv.unit0.conv.weight`.
    pub name: String,
    /// PyTorch's shape; empty for a scalar.
    pub shape: Vec<usize>,
    /// What the entry holds.
    pub kind: ParameterKind,
}

/// What a state dict entry holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterKind {
    /// Floating point numbers. Inference reads them, except those of a module that only training runs.
    Float,
    /// `num_batches_tracked`: an int64 scalar that inference never reads. Checkpoints of old PyTorch versions lack it.
    Counter,
    /// An int64 table that follows from the network's arguments, such as `relative_position_index`. Inference never reads it.
    Index,
}
