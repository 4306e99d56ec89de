use crate::op::Op;

/// A value that flows through a graph: a map `[batch, channels, spatial...]` or a vector `[batch, channels]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ValueId(pub(crate) usize);

impl ValueId {
    /// The network's input.
    pub const INPUT: Self = Self(0);

    /// 0 for the input, `n + 1` for the output of node `n`.
    pub fn index(self) -> usize {
        self.0
    }
}

/// Operations in the order in which they run; each produces one value, each reads only earlier values.
#[derive(Debug, Clone, PartialEq)]
pub struct Graph {
    pub(crate) nodes: Vec<Node>,
    pub(crate) output: ValueId,
    pub(crate) spatial_dims: usize,
    pub(crate) in_channels: usize,
    /// Every spatial size of the input is a multiple of this.
    pub(crate) divisor: usize,
}

impl Graph {
    /// The operations in order.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The value that is the network's output.
    pub fn output(&self) -> ValueId {
        self.output
    }

    /// Number of values: the input and one per node.
    pub fn values(&self) -> usize {
        self.nodes.len() + 1
    }
}

/// One operation of a graph.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The PyTorch module that does this, e.g. `model.0.conv.unit0.adn.N`.
    pub name: String,
    /// What it does.
    pub op: Op,
    /// The values it reads.
    pub inputs: Vec<ValueId>,
    /// The value it produces.
    pub output: ValueId,
}
