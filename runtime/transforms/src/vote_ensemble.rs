use pulp::Arch;
use serde::Deserialize;

use crate::ensemble::{self, Members};
use crate::voxelwise::BLOCK;
use crate::{Error, Flag, Keys, Sample};

const NAME: &str = "VoteEnsembled";

/// MONAI's `VoteEnsembled`: what most of several images say. Of classes as channels each channel is voted on, a draw being
/// 0; of labels the smallest of those with most votes wins.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VoteEnsembled {
    /// Keys of the images, two or more.
    pub keys: Keys,
    /// Under which key the result goes.
    pub output_key: Option<String>,
    /// Number of classes where the images are labels of one channel; of several channels, the one with most votes wins.
    pub num_classes: Option<usize>,
    #[serde(skip)]
    pub(crate) allow_missing_keys: Flag,
}

impl VoteEnsembled {
    pub(crate) fn check(&self) -> Result<(), Error> {
        ensemble::check(NAME, &self.keys, self.output_key.as_ref())
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        let members = Members::of(NAME, &self.keys, sample)?;
        let (data, channels) = (members.data(), members.first().volume.channels);
        let vote = match self.num_classes {
            None => members.combine(channels, |start, out| {
                ensemble::sum(&data, start, out);
                let count = data.len() as f32;
                Arch::new().dispatch(|| out.iter_mut().for_each(|sum| *sum = (*sum / count).round_ties_even()));
                Ok(())
            }),
            Some(classes) if channels == 1 => members.combine(1, |start, out| elect(&data, classes, start, out)),
            Some(_) => {
                let voxels = members.first().volume.voxels();
                members.combine(1, |start, out| {
                    let mut most = [f32::NEG_INFINITY; BLOCK];
                    let mut sums = [0f32; BLOCK];
                    for channel in 0..channels {
                        let sums = &mut sums[..out.len()];
                        ensemble::sum(&data, channel * voxels + start, sums);
                        for ((label, most), &sum) in out.iter_mut().zip(&mut most).zip(sums.iter()) {
                            *label = if sum > *most { channel as f32 } else { *label };
                            *most = if sum > *most { sum } else { *most };
                        }
                    }
                    Ok(())
                })
            }
        }?;
        sample.images.insert(self.output_key.clone().unwrap_or_default(), vote);
        Ok(())
    }
}

/// The label that most members have, the smallest of several.
fn elect(data: &[&[f32]], classes: usize, start: usize, out: &mut [f32]) -> Result<(), Error> {
    let mut labels = vec![0f32; data.len()];
    for (index, out) in out.iter_mut().enumerate() {
        for (label, member) in labels.iter_mut().zip(data) {
            let value = member[start + index];
            if !(value > -1.0 && value < classes as f32) {
                return Err(Error::shape(NAME, format!("labels from 0 to {}", classes as i64 - 1), "a label outside"));
            }
            *label = value.trunc();
        }
        let votes = |label: f32| labels.iter().filter(|&&other| other == label).count();
        let best = labels.iter().map(|&label| (votes(label), label));
        let (_, label) = best.fold((0, 0.0), |a, b| if b.0 > a.0 || b.0 == a.0 && b.1 < a.1 { b } else { a });
        *out = label + 0.0;
    }
    Ok(())
}
