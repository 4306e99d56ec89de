use indexmap::IndexMap;

use crate::error::Error;
use crate::id;
use crate::node::Node;

/// `configs/metadata.json`. The published bundles are looser than the specification, so only the version and the kinds
/// of the fields that are present are insisted on.
#[derive(Debug, Clone, PartialEq)]
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
    pub(crate) fn read(file: &str, node: &Node) -> Result<Metadata, Error> {
        let reader = Reader { file, node };
        let version = reader.text("version")?.ok_or_else(|| reader.fail("version", "is missing".to_owned()))?;
        Ok(Metadata {
            version,
            name: reader.text("name")?,
            task: reader.text("task")?,
            description: reader.text("description")?,
            authors: reader.text("authors")?,
            copyright: reader.text("copyright")?,
            intended_use: reader.text("intended_use")?,
            monai_version: reader.text("monai_version")?,
            pytorch_version: reader.text("pytorch_version")?,
            inputs: reader.tensors("network_data_format::inputs")?,
            outputs: reader.tensors("network_data_format::outputs")?,
        })
    }
}

struct Reader<'n> {
    file: &'n str,
    node: &'n Node,
}

impl Reader<'_> {
    fn fail(&self, id: &str, reason: String) -> Error {
        Error::Metadata { file: self.file.to_owned(), id: id.to_owned(), reason }
    }

    fn text(&self, id: &str) -> Result<Option<String>, Error> {
        match self.node.get(id) {
            None | Some(Node::Null) => Ok(None),
            Some(Node::Str(text)) => Ok(Some(text.clone())),
            Some(other) => Err(self.fail(id, format!("is {}, expected a string", other.kind()))),
        }
    }

    fn tensors(&self, id: &str) -> Result<IndexMap<String, Tensor>, Error> {
        match self.node.get(id) {
            None => Ok(IndexMap::new()),
            Some(Node::Map(map)) => {
                map.keys().map(|name| Ok((name.clone(), self.tensor(&id::join(id, name))?))).collect()
            }
            Some(other) => Err(self.fail(id, format!("is {}, expected a mapping", other.kind()))),
        }
    }

    fn tensor(&self, id: &str) -> Result<Tensor, Error> {
        let field = |name: &str| id::join(id, name);
        Ok(Tensor {
            kind: self.text(&field("type"))?,
            format: self.text(&field("format"))?,
            modality: self.text(&field("modality"))?,
            channels: self.channels(&field("num_channels"))?,
            spatial_shape: self.shape(&field("spatial_shape"))?,
            dtype: self.text(&field("dtype"))?,
            labels: self.labels(&field("channel_def"))?,
        })
    }

    fn channels(&self, id: &str) -> Result<Option<u64>, Error> {
        let count = match self.node.get(id) {
            None | Some(Node::Null) => return Ok(None),
            Some(Node::Int(count)) => u64::try_from(*count).ok(),
            Some(Node::Str(text)) => text.parse().ok(),
            Some(_) => None,
        };
        count.map(Some).ok_or_else(|| self.fail(id, "is not a number of channels".to_owned()))
    }

    fn shape(&self, id: &str) -> Result<Vec<Extent>, Error> {
        let extent = |node: &Node| match node {
            Node::Int(length) => u64::try_from(*length).ok().map(Extent::Fixed),
            Node::Str(text) if text == "*" => Some(Extent::Any),
            Node::Str(text) => Some(text.parse().map_or_else(|_| Extent::Expression(text.clone()), Extent::Fixed)),
            _ => None,
        };
        match self.node.get(id) {
            None => Ok(Vec::new()),
            Some(Node::List(items)) => items
                .iter()
                .map(|item| extent(item).ok_or_else(|| self.fail(id, format!("holds {}", item.kind()))))
                .collect(),
            Some(other) => Err(self.fail(id, format!("is {}, expected a list", other.kind()))),
        }
    }

    fn labels(&self, id: &str) -> Result<IndexMap<u64, String>, Error> {
        let Some(Node::Map(map)) = self.node.get(id) else { return Ok(IndexMap::new()) };
        map.iter()
            .map(|(channel, meaning)| match (channel.parse(), meaning) {
                (Ok(channel), Node::Str(meaning)) => Ok((channel, meaning.clone())),
                _ => Err(self.fail(&id::join(id, channel), "is not a channel number with its meaning".to_owned())),
            })
            .collect()
    }
}
