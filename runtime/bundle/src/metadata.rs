use indexmap::IndexMap;

use crate::error::Error;
use crate::id;
use crate::node::{Data, Node};

/// The file of the metadata.
pub(crate) const FILE: &str = "configs/metadata.json";

/// `configs/metadata.json`. The published bundles are looser than the specification, so only the version and the kinds
/// of the fields that are present are insisted on.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Metadata {
    /// Version of the bundle.
    pub version: String,
    /// `name`, where it is given.
    pub name: Option<String>,
    /// `task`: what the bundle is for.
    pub task: Option<String>,
    /// `description`.
    pub description: Option<String>,
    /// `authors`.
    pub authors: Option<String>,
    /// `copyright`.
    pub copyright: Option<String>,
    /// `intended_use`.
    pub intended_use: Option<String>,
    /// `monai_version` that the bundle was made with.
    pub monai_version: Option<String>,
    /// `pytorch_version` that the bundle was made with.
    pub pytorch_version: Option<String>,
    /// `network_data_format.inputs` by name.
    pub inputs: IndexMap<String, Tensor>,
    /// `network_data_format.outputs` by name.
    pub outputs: IndexMap<String, Tensor>,
}

/// One input or output of the network.
#[derive(Debug, Clone, PartialEq)]
pub struct Tensor {
    /// `type`, such as `image` or `probabilities`.
    pub kind: Option<String>,
    /// `format`, such as `magnitude`, `hounsfield`, `segmentation`.
    pub format: Option<String>,
    /// `modality`, such as `MR`, `CT`.
    pub modality: Option<String>,
    /// `num_channels`.
    pub channels: Option<u64>,
    /// `spatial_shape`; its length is the number of spatial dimensions.
    pub spatial_shape: Vec<Extent>,
    /// `dtype`, such as `float32`.
    pub dtype: Option<String>,
    /// `channel_def`: what each channel or class means, by its number.
    pub labels: IndexMap<u64, String>,
}

/// One entry of a `spatial_shape`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Extent {
    /// A fixed number of voxels.
    Fixed(u64),
    /// `*`: any.
    Any,
    /// An expression in one-letter variables such as `16*n`.
    Expression(String),
}

impl Metadata {
    /// The input of this name, or the only one.
    pub fn input(&self, name: &str) -> Option<&Tensor> {
        named(&self.inputs, name)
    }

    /// The output of this name, or the only one.
    pub fn output(&self, name: &str) -> Option<&Tensor> {
        named(&self.outputs, name)
    }

    /// Reads what can be read; what is wrong joins `errors`.
    pub(crate) fn read(node: &Node, errors: &mut Vec<Error>) -> Metadata {
        let mut reader = Reader { node, errors };
        let version = reader.text("version");
        if node.get("version").is_none() {
            reader.fail("version", "is missing".to_owned());
        }
        Metadata {
            version: version.unwrap_or_default(),
            name: reader.text("name"),
            task: reader.text("task"),
            description: reader.text("description"),
            authors: reader.text("authors"),
            copyright: reader.text("copyright"),
            intended_use: reader.text("intended_use"),
            monai_version: reader.text("monai_version"),
            pytorch_version: reader.text("pytorch_version"),
            inputs: reader.tensors("network_data_format::inputs"),
            outputs: reader.tensors("network_data_format::outputs"),
        }
    }
}

/// The tensor of this name, or the only one.
fn named<'t>(tensors: &'t IndexMap<String, Tensor>, name: &str) -> Option<&'t Tensor> {
    tensors.get(name).or_else(|| tensors.values().next().filter(|_| tensors.len() == 1))
}

struct Reader<'n> {
    node: &'n Node,
    errors: &'n mut Vec<Error>,
}

impl Reader<'_> {
    fn fail(&mut self, id: &str, reason: String) {
        let place = self.node.path(id).last().map_or(&self.node.place, |(node, _)| &node.place).clone();
        self.errors.push(Error::Metadata { place, id: id.to_owned(), reason });
    }

    fn text(&mut self, id: &str) -> Option<String> {
        let found = self.node.get(id)?;
        match &found.data {
            Data::Null => None,
            Data::Str(text) => Some(text.clone()),
            _ => {
                self.fail(id, format!("is {}, expected a string", found.kind()));
                None
            }
        }
    }

    fn tensors(&mut self, id: &str) -> IndexMap<String, Tensor> {
        let Some(found) = self.node.get(id) else { return IndexMap::new() };
        let Some(map) = found.as_map() else {
            self.fail(id, format!("is {}, expected a mapping", found.kind()));
            return IndexMap::new();
        };
        map.keys().map(|name| (name.clone(), self.tensor(&id::join(id, name)))).collect()
    }

    fn tensor(&mut self, id: &str) -> Tensor {
        let field = |name: &str| id::join(id, name);
        Tensor {
            kind: self.text(&field("type")),
            format: self.text(&field("format")),
            modality: self.text(&field("modality")),
            channels: self.channels(&field("num_channels")),
            spatial_shape: self.shape(&field("spatial_shape")),
            dtype: self.text(&field("dtype")),
            labels: self.labels(&field("channel_def")),
        }
    }

    fn channels(&mut self, id: &str) -> Option<u64> {
        let count = match &self.node.get(id)?.data {
            Data::Null => return None,
            Data::Int(count) => u64::try_from(*count).ok(),
            Data::Str(text) => text.parse().ok(),
            _ => None,
        };
        if count.is_none() {
            self.fail(id, "is not a number of channels".to_owned());
        }
        count
    }

    fn shape(&mut self, id: &str) -> Vec<Extent> {
        let Some(found) = self.node.get(id) else { return Vec::new() };
        let Some(items) = found.as_list() else {
            self.fail(id, format!("is {}, expected a list", found.kind()));
            return Vec::new();
        };
        let mut shape = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            match extent(item) {
                Some(extent) => shape.push(extent),
                None => self.fail(&id::join(id, &index.to_string()), format!("is {}, expected a size", item.kind())),
            }
        }
        shape
    }

    fn labels(&mut self, id: &str) -> IndexMap<u64, String> {
        let Some(map) = self.node.get(id).and_then(Node::as_map) else { return IndexMap::new() };
        let mut labels = IndexMap::with_capacity(map.len());
        for (channel, meaning) in map {
            match (channel.parse(), meaning.as_str()) {
                (Ok(channel), Some(meaning)) => {
                    labels.insert(channel, meaning.to_owned());
                }
                _ => self.fail(&id::join(id, channel), "is not a channel number with its meaning".to_owned()),
            }
        }
        labels
    }
}

fn extent(node: &Node) -> Option<Extent> {
    match &node.data {
        Data::Int(length) => u64::try_from(*length).ok().map(Extent::Fixed),
        Data::Str(text) if text == "*" => Some(Extent::Any),
        Data::Str(text) => Some(text.parse().map_or_else(|_| Extent::Expression(text.clone()), Extent::Fixed)),
        _ => None,
    }
}
