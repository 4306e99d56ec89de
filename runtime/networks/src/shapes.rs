use crate::Error;
use crate::graph::{Graph, Node, Op};

/// Shape of a map apart from its batch axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// Channels.
    pub channels: usize,
    /// One size per spatial axis.
    pub spatial: Vec<usize>,
}

impl Shape {
    /// Numbers per sample.
    pub fn elements(&self) -> usize {
        self.spatial.iter().fold(self.channels, |product, size| product.saturating_mul(*size))
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
        let mut shapes = vec![Shape { channels: self.in_channels, spatial: spatial.to_vec() }];
        for node in &self.nodes {
            let inputs: Vec<&Shape> = node.inputs.iter().map(|value| &shapes[value.index()]).collect();
            let shape = infer(node, &inputs).map_err(|reason| Error::SizeMismatch {
                size: spatial.to_vec(),
                node: node.name.clone(),
                reason,
            })?;
            shapes.push(shape);
        }
        Ok(shapes)
    }
}

fn infer(node: &Node, inputs: &[&Shape]) -> Result<Shape, String> {
    let input = inputs[0];
    match &node.op {
        Op::Convolution(conv) => {
            let spatial = (0..input.spatial.len()).map(|axis| {
                let padded = input.spatial[axis] + 2 * conv.padding[axis];
                let room = padded.checked_sub(conv.kernel[axis]).ok_or_else(|| {
                    format!("axis {axis} has {padded} voxels with padding, the kernel {}", conv.kernel[axis])
                })?;
                Ok(room / conv.stride[axis] + 1)
            });
            Ok(Shape { channels: conv.out_channels, spatial: spatial.collect::<Result<_, String>>()? })
        }
        Op::ConvolutionTranspose(conv) => {
            let spatial = (0..input.spatial.len()).map(|axis| {
                let full = (input.spatial[axis] - 1) * conv.stride[axis] + conv.kernel[axis];
                (full + conv.output_padding[axis])
                    .checked_sub(2 * conv.padding[axis])
                    .filter(|size| *size > 0)
                    .ok_or_else(|| format!("nothing is left of axis {axis}"))
            });
            Ok(Shape { channels: conv.out_channels, spatial: spatial.collect::<Result<_, String>>()? })
        }
        Op::RunningNorm(_) | Op::InstanceNorm(_) | Op::GroupNorm(_) | Op::Activation(_) => Ok(input.clone()),
        Op::Add | Op::Concatenate => {
            let other = inputs[1];
            if input.spatial != other.spatial {
                return Err(format!("the two sides have {:?} and {:?} voxels", input.spatial, other.spatial));
            }
            let channels = match node.op {
                Op::Concatenate => input.channels + other.channels,
                _ => input.channels,
            };
            Ok(Shape { channels, spatial: input.spatial.clone() })
        }
    }
}
