use std::fmt;

use crate::Error;
use crate::graph::Graph;

/// Shape of a value apart from its batch axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// Channels.
    pub channels: usize,
    /// One size per spatial axis; none for a vector.
    pub spatial: Vec<usize>,
}

impl Shape {
    /// Numbers per sample.
    pub fn elements(&self) -> usize {
        self.spatial.iter().fold(self.channels, |product, size| product.saturating_mul(*size))
    }

    /// Numbers per channel.
    pub fn voxels(&self) -> usize {
        self.spatial.iter().fold(1, |product: usize, size| product.saturating_mul(*size))
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} channels of {:?} voxels", self.channels, self.spatial)
    }
}

impl Graph {
    /// Shapes of all values for an input of this spatial size, the input first, then one per node.
    ///
    /// Fails where PyTorch would: an axis shorter than a kernel, or a skip connection whose two sides differ in size.
    pub fn shapes(&self, spatial: &[usize]) -> Result<Vec<Shape>, Error> {
        if spatial.len() != self.spatial_dims || spatial.contains(&0) {
            return Err(Error::InputMismatch {
                found: format!("spatial size {spatial:?}"),
                expected: format!("{} spatial axes of at least one voxel", self.spatial_dims),
            });
        }
        if spatial.iter().any(|size| !size.is_multiple_of(self.divisor)) {
            return Err(Error::InputMismatch {
                found: format!("spatial size {spatial:?}"),
                expected: format!("multiples of {}", self.divisor),
            });
        }
        let mut shapes = vec![Shape { channels: self.in_channels, spatial: spatial.to_vec() }];
        for node in &self.nodes {
            let inputs: Vec<&Shape> = node.inputs.iter().map(|value| &shapes[value.index()]).collect();
            let shape = node.op.infer(&inputs).map_err(|reason| Error::SizeMismatch {
                size: spatial.to_vec(),
                node: node.name.clone(),
                reason,
            })?;
            shapes.push(shape);
        }
        Ok(shapes)
    }

    /// Multiplications and additions for one sample. `shapes` are those of [`Graph::shapes`].
    pub fn flops(&self, shapes: &[Shape]) -> u64 {
        let of = |value: crate::ValueId| &shapes[value.index()];
        self.nodes.iter().map(|node| node.op.flops(of(node.inputs[0]), of(node.output))).sum()
    }
}
