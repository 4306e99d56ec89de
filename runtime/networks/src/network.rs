use serde_json::Value;

use crate::arguments::Arguments;
use crate::graph::Graph;
use crate::parameter::Parameter;
use crate::shapes::Shape;
use crate::{Error, nets};

/// A network of `monai.networks.nets`, built from a bundle's arguments.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Network {
    /// MONAI's class name.
    pub target: &'static str,
    /// Number of spatial axes of the input: 2 or 3.
    pub spatial_dims: usize,
    /// Channels of the input.
    pub in_channels: usize,
    /// Channels of the output.
    pub out_channels: usize,
    /// Input sizes that fit, one per spatial axis: the product of the strides, more where windows would find no voxels. Multiples of
    /// them fit too, unless a linear layer reads a whole map or an instance norm meets a single voxel; other sizes may fit.
    pub multiple_of: Vec<usize>,
    /// The operations.
    pub graph: Graph,
    /// The state dict, in PyTorch's order.
    pub parameters: Vec<Parameter>,
}

impl Network {
    /// Builds the network that `target` names (MONAI's class, alone or with its module path) from its keyword arguments.
    ///
    /// An unknown network, argument or layer is an error, and so is a value with which MONAI's class would fail.
    pub fn parse(target: &str, args: Value) -> Result<Self, Error> {
        let (path, class) = target.rsplit_once('.').unwrap_or(("monai.networks.nets", target));
        let known =
            matches!(path, "monai.networks" | "monai.networks.nets") || path.starts_with("monai.networks.nets.");
        let row = NETWORKS.iter().find(|(names, _)| known && names.contains(&class));
        let Some((names, parse)) = row else {
            let supported: Vec<&str> = NETWORKS.iter().map(|(names, _)| names[0]).collect();
            return Err(Error::UnknownNetwork { target: target.into(), supported: supported.join(", ") });
        };
        parse(Arguments::new(names[0], args)?)
    }

    /// Shape of the output for an input of this spatial size.
    pub fn output_shape(&self, spatial: &[usize]) -> Result<Shape, Error> {
        let mut shapes = self.graph.shapes(spatial)?;
        Ok(shapes.swap_remove(self.graph.output().index()))
    }

    /// Numbers of all parameters.
    pub fn numbers(&self) -> usize {
        self.parameters.iter().map(|parameter| parameter.shape.iter().product::<usize>()).sum()
    }

    /// The parameter with this PyTorch name.
    pub fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }
}

/// Builds a network from its arguments.
type Parse = fn(Arguments) -> Result<Network, Error>;

/// The networks, each by MONAI's names of its class, the usual one first.
const NETWORKS: &[(&[&str], Parse)] = &[
    (&["BasicUNet", "BasicUnet", "Basicunet", "basicunet"], nets::basic_unet::parse),
    (&["DenseNet", "Densenet"], nets::densenet::parse),
    (&["DenseNet121", "Densenet121", "densenet121"], nets::densenet::parse_121),
    (&["DenseNet169", "Densenet169", "densenet169"], nets::densenet::parse_169),
    (&["DenseNet201", "Densenet201", "densenet201"], nets::densenet::parse_201),
    (&["DenseNet264", "Densenet264", "densenet264"], nets::densenet::parse_264),
    (&["DynUNet", "DynUnet", "Dynunet"], nets::dynunet::parse),
    (&["EfficientNet"], nets::efficientnet::parse),
    (&["EfficientNetBN"], nets::efficientnet::parse_named),
    (&["FlexibleUNet", "FlexUNet"], nets::flexible_unet::parse),
    (&["ResNet"], nets::resnet::parse),
    (&["resnet10"], |arguments| nets::resnet::parse_named("resnet10", arguments)),
    (&["resnet101"], |arguments| nets::resnet::parse_named("resnet101", arguments)),
    (&["resnet152"], |arguments| nets::resnet::parse_named("resnet152", arguments)),
    (&["resnet18"], |arguments| nets::resnet::parse_named("resnet18", arguments)),
    (&["resnet200"], |arguments| nets::resnet::parse_named("resnet200", arguments)),
    (&["resnet34"], |arguments| nets::resnet::parse_named("resnet34", arguments)),
    (&["resnet50"], |arguments| nets::resnet::parse_named("resnet50", arguments)),
    (&["SegResNet"], nets::segresnet::parse),
    (&["SegResNetDS"], nets::segresnet_ds::parse),
    (&["SENet", "SEnet", "Senet"], nets::senet::parse),
    (&["SENet154", "SEnet154", "Senet154", "senet154"], nets::senet::parse_154),
    (&["SEResNet101", "SEresnet101", "Seresnet101", "seresnet101"], nets::senet::parse_resnet101),
    (&["SEResNet152", "SEresnet152", "Seresnet152", "seresnet152"], nets::senet::parse_resnet152),
    (&["SEResNet50", "SEresnet50", "Seresnet50", "seresnet50"], nets::senet::parse_resnet50),
    (&["SEResNext101", "SEResNeXt101", "SEresnext101", "Seresnext101", "seresnext101"], nets::senet::parse_resnext101),
    (&["SEResNext50", "SEResNeXt50", "SEresnext50", "Seresnext50", "seresnext50"], nets::senet::parse_resnext50),
    (&["SwinUNETR"], nets::swin_unetr::parse),
    (&["TorchVisionFCModel"], nets::torchvision_fc::parse),
    (&["UNet", "Unet"], nets::unet::parse),
];
