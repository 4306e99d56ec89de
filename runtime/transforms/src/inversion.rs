use std::borrow::Cow;
use std::ops::Range;

use monai_imaging::{Affine, Volume};

use crate::kernel::{self, Extents, Fill, Kernel, Part, Permutation, Placement, Region};
use crate::record::Change;
use crate::resample::{Interpolation, Sampling};
use crate::resize::{Mode, Scaling};
use crate::{Error, Record, resize, spacing};

const NAME: &str = "Invertd";

/// The way of an image back onto the grid that it had before its records were made: [`Invertd`](crate::Invertd), for all
/// of it or for one slab at a time.
///
/// A caller that reduces many channels to one, by argmax for example, takes slab after slab and never holds all channels
/// of the large grid. A slab is the same, bit for bit, as that part of the whole.
pub struct Inversion {
    source: Extents,
    steps: Vec<Box<dyn Kernel>>,
    shape: [usize; 3],
    rank: u8,
    affine: Affine,
}

impl Inversion {
    /// The inversion of an image like `volume` by `records`; where `nearest`, voxels are picked, else interpolated as the
    /// transforms did.
    ///
    /// # Errors
    /// [`Error::WrongShape`] where the volume is not what the records' last transform leaves, [`Error::Geometry`].
    pub fn new(volume: &Volume, records: &[Record], nearest: bool) -> Result<Inversion, Error> {
        let [x, y, z] = volume.shape;
        let source = [volume.channels, x, y, z];
        let mut out =
            Inversion { source, steps: Vec::new(), shape: volume.shape, rank: volume.rank, affine: volume.affine };
        let mut extents = source;
        for record in records.iter().rev() {
            extents = out.undo(record, extents, nearest)?;
        }
        Ok(out)
    }

    /// Adds what undoes one record for an image of `extents`: the extents after it.
    fn undo(&mut self, record: &Record, extents: Extents, nearest: bool) -> Result<Extents, Error> {
        let [channels, x, y, z] = extents;
        let (from, to) = ([x, y, z], record.shape);
        let step: Option<Box<dyn Kernel>> = match record.change {
            Change::Permuted { from, flip } => {
                let mut back = Permutation::identity(extents);
                for axis in 0..4 {
                    (back.from[from[axis]], back.flip[from[axis]]) = (axis, flip[axis]);
                }
                (!back.is_identity()).then(|| Box::new(back) as Box<dyn Kernel>)
            }
            Change::Placed { start } => {
                let start = start.map(|start| -start);
                let place = Placement { source: extents, start, shape: to, fill: Fill::ZERO };
                (from != to || start != [0; 3]).then(|| Box::new(place) as Box<dyn Kernel>)
            }
            Change::Resampled(sampling) => {
                let sampling = if nearest {
                    Sampling { mode: Interpolation::Nearest, align_corners: false, ..sampling }
                } else {
                    sampling
                };
                spacing::resampling(channels, (from, &self.affine), (to, &record.affine), record.rank, sampling)
                    .map_err(|source| Error::Geometry { target: NAME, source })?
            }
            Change::Resized(scaling) => {
                let scaling = if nearest { Scaling { mode: Mode::Nearest, align_corners: false } } else { scaling };
                (from != to).then(|| Box::new(resize::kernel(channels, from, to, scaling)) as Box<dyn Kernel>)
            }
        };
        let after = step.as_ref().map_or(extents, |step| step.extents());
        if after[1..] != to {
            return Err(Error::shape(
                NAME,
                format!("an image that leads back to {to:?}"),
                format!("{:?}", &after[1..]),
            ));
        }
        self.steps.extend(step);
        (self.shape, self.rank, self.affine) = (to, record.rank, record.affine);
        Ok(after)
    }

    /// The shape that the image had.
    pub fn shape(&self) -> [usize; 3] {
        self.shape
    }

    /// The number of spatial axes that the image had.
    pub fn rank(&self) -> u8 {
        self.rank
    }

    /// The affine that the image had.
    pub fn affine(&self) -> &Affine {
        &self.affine
    }

    /// Takes all of `volume` back.
    ///
    /// # Errors
    /// [`Error::WrongShape`] where the volume has another form than the one that the inversion was made for.
    pub fn whole(&self, volume: &mut Volume) -> Result<(), Error> {
        self.check(volume)?;
        let extents = self.extents();
        if !self.steps.is_empty() {
            volume.data = self.voxels(volume, extents);
        }
        (volume.channels, volume.shape, volume.rank, volume.affine) = (extents[0], self.shape, self.rank, self.affine);
        Ok(())
    }

    fn voxels(&self, volume: &Volume, extents: Extents) -> Vec<f32> {
        let mut out = vec![0f32; extents.iter().product()];
        if self.steps.len() == 1 || out.is_empty() {
            self.run(volume, Region::whole(extents), &mut out);
            return out;
        }
        // In blocks, so that what lies between the steps is never large.
        let mut rest = &mut out[..];
        for region in kernel::blocks(extents) {
            let (block, after) = rest.split_at_mut(region.voxels());
            self.run(volume, region, block);
            rest = after;
        }
        out
    }

    /// The voxels of `volume`'s inverse whose first index is in `x`, with all channels: the same bits as in the whole.
    ///
    /// # Errors
    /// [`Error::WrongShape`] where the volume has another form than the one that the inversion was made for, or `x` is not
    /// within the shape.
    pub fn slab(&self, volume: &Volume, x: Range<usize>) -> Result<Volume, Error> {
        self.check(volume)?;
        let [channels, width, height, depth] = self.extents();
        if x.start > x.end || x.end > width {
            return Err(Error::shape(NAME, format!("a range within 0..{width}"), format!("{x:?}")));
        }
        let mut shift = *Affine::IDENTITY.matrix();
        shift[0][3] = x.start as f64;
        let affine = self.affine.after(&shift).map_err(|source| Error::Geometry { target: NAME, source })?;
        let shape = [x.len(), height, depth];
        let mut data = vec![0f32; channels * x.len() * height * depth];
        self.run(volume, Region { start: [0, x.start, 0, 0], end: [channels, x.end, height, depth] }, &mut data);
        Ok(Volume { channels, shape, rank: self.rank, data, affine })
    }

    fn check(&self, volume: &Volume) -> Result<(), Error> {
        let [x, y, z] = volume.shape;
        let found = [volume.channels, x, y, z];
        if found == self.source && volume.data.len() == found.iter().product::<usize>() {
            return Ok(());
        }
        Err(Error::shape(NAME, format!("channels and shape {:?}", self.source), format!("{found:?}")))
    }

    fn extents(&self) -> Extents {
        self.steps.last().map_or(self.source, |step| step.extents())
    }

    /// Makes `target` of what it needs, step by step.
    fn run(&self, volume: &Volume, target: Region, out: &mut [f32]) {
        let whole = Part::of(volume);
        let Some((last, before)) = self.steps.split_last() else {
            Permutation::identity(self.source).fill(whole, &target, out);
            return;
        };
        let mut regions = vec![target];
        for step in self.steps.iter().skip(1).rev() {
            regions.push(step.needs(&regions[regions.len() - 1]));
        }
        let (mut held, mut region) = (Cow::Borrowed(whole.data), whole.region);
        for (step, target) in before.iter().zip(regions.iter().skip(1).rev()) {
            let mut made = vec![0f32; target.voxels()];
            step.fill(Part { region, data: &held }, target, &mut made);
            (held, region) = (Cow::Owned(made), *target);
        }
        last.fill(Part { region, data: &held }, &target, out);
    }
}
