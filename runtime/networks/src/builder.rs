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

    /// The graph with the nodes that the output needs, and all parameters: a state dict has the modules that only training runs.
    pub(crate) fn finish(self, output: ValueId) -> (Graph, Vec<Parameter>) {
        let mut needed = vec![false; self.nodes.len() + 1];
        needed[output.index()] = true;
        for node in self.nodes.iter().rev() {
            if needed[node.output.index()] {
                node.inputs.iter().for_each(|input| needed[input.index()] = true);
            }
        }
        let mut places = vec![ValueId::INPUT; self.nodes.len() + 1];
        let mut nodes = Vec::new();
        for node in self.nodes.into_iter().filter(|node| needed[node.output.index()]) {
            let place = ValueId(nodes.len() + 1);
            places[node.output.index()] = place;
            let inputs = node.inputs.iter().map(|input| places[input.index()]).collect();
            nodes.push(Node { inputs, output: place, ..node });
        }
        let output = places[output.index()];
        let Self { spatial_dims, in_channels, divisor, .. } = self;
        let graph = Graph { nodes, output, spatial_dims, in_channels, divisor };
        (graph, self.parameters)
    }
}
