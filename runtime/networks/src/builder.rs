use crate::graph::{Graph, Node, ValueId};
use crate::op::Op;
use crate::parameter::{Parameter, ParameterId, ParameterKind};

/// Collects nodes and parameters in the order in which PyTorch registers them.
pub(crate) struct Builder {
    nodes: Vec<Node>,
    parameters: Vec<Parameter>,
    spatial_dims: usize,
    in_channels: usize,
    divisor: usize,
}

impl Builder {
    pub(crate) fn new(spatial_dims: usize, in_channels: usize) -> Self {
        Self { nodes: Vec::new(), parameters: Vec::new(), spatial_dims, in_channels, divisor: 1 }
    }

    pub(crate) fn spatial_dims(&self) -> usize {
        self.spatial_dims
    }

    /// The network refuses spatial sizes that are no multiples of this.
    pub(crate) fn accept_multiples_of(&mut self, divisor: usize) {
        self.divisor = divisor;
    }

    pub(crate) fn node(&mut self, name: &str, op: Op, inputs: &[ValueId]) -> ValueId {
        let output = ValueId(self.nodes.len() + 1);
        self.nodes.push(Node { name: name.into(), op, inputs: inputs.to_vec(), output });
        output
    }

    pub(crate) fn parameter(&mut self, module: &str, name: &str, shape: Vec<usize>) -> ParameterId {
        self.entry(module, name, shape, ParameterKind::Float)
    }

    pub(crate) fn counter(&mut self, module: &str, name: &str) {
        self.entry(module, name, Vec::new(), ParameterKind::Counter);
    }

    /// A table of integers that follows from the arguments, so that inference does not read it.
    pub(crate) fn index(&mut self, module: &str, name: &str, shape: Vec<usize>) {
        self.entry(module, name, shape, ParameterKind::Index);
    }

    /// Registers the parameters below `module` once more below `other`: a module that PyTorch reaches by two names is in the state
    /// dict by both. Inference reads the first; in a state dict that PyTorch wrote the two are equal.
    pub(crate) fn alias(&mut self, module: &str, other: &str) {
        let below = |parameter: &Parameter| Some(parameter.name.strip_prefix(module)?.strip_prefix('.')?.to_owned());
        let found: Vec<_> = self.parameters.iter().filter_map(|one| Some((below(one)?, one.clone()))).collect();
        self.parameters
            .extend(found.into_iter().map(|(rest, one)| Parameter { name: format!("{other}.{rest}"), ..one }));
    }

    fn entry(&mut self, module: &str, name: &str, shape: Vec<usize>, kind: ParameterKind) -> ParameterId {
        self.parameters.push(Parameter { name: format!("{module}.{name}"), shape, kind });
        ParameterId(self.parameters.len() - 1)
    }

    pub(crate) fn finish(self, output: ValueId) -> (Graph, Vec<Parameter>) {
        let Self { nodes, parameters, spatial_dims, in_channels, divisor } = self;
        (Graph { nodes, output, spatial_dims, in_channels, divisor }, parameters)
    }
}
