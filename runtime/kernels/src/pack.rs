//! Copies the part of a filter's input that some of its outputs read, with zeros around it and what is done on reading.

use crate::activation::{Function, Visit};
use crate::lanes::{LANES, Lanes};
use crate::map::Layout;
use crate::source::{Prologue, Source};

/// A box of the input; it may reach beyond it on all sides.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    /// First voxel.
    pub(crate) origin: [isize; 3],
    /// Voxels of each axis.
    pub(crate) extent: [usize; 3],
}

/// Where a row of the window lies.
struct Row {
    /// Zeros in front of it.
    before: usize,
    /// Its first voxel in a channel of the input.
    start: usize,
    /// Its voxels.
    count: usize,
}

impl Window {
    /// The input's part of row `(x, y)` of the window; `None` where all of it lies outside.
    fn row(&self, size: [usize; 3], x: usize, y: usize) -> Option<Row> {
        let inside = |axis: usize, index: usize| {
            let at = self.origin[axis] + index as isize;
            usize::try_from(at).ok().filter(|at| *at < size[axis])
        };
        let (x, y) = (inside(0, x)?, inside(1, y)?);
        let before = usize::try_from(-self.origin[2]).unwrap_or(0).min(self.extent[2]);
        let first = usize::try_from(self.origin[2]).unwrap_or(0);
        let count = size[2].saturating_sub(first).min(self.extent[2] - before);
        Some(Row { before, start: (x * size[1] + y) * size[2] + first, count })
    }
}

/// Numbers that [`blocks`] writes for a window of so many blocks, where a number of 32 bits holds so many factors.
pub(crate) fn length(blocks: usize, extent: [usize; 3], factors: usize) -> usize {
    blocks * extent.iter().product::<usize>() * LANES / factors
}

/// Writes the window of all sources as `[blocks, x, y, z, 16]`, as the lanes store factors.
///
/// # Safety
/// The processor has the features of the lanes.
#[inline(always)]
pub(crate) unsafe fn blocks<L: Lanes>(sources: &[Source<'_>], size: [usize; 3], window: &Window, out: &mut [f32]) {
    let mut parts = out.chunks_exact_mut(length(1, window.extent, L::FACTORS));
    for source in sources {
        for index in 0..source.channels.div_ceil(LANES) {
            let out = parts.next().expect("the output has room for each block");
            // SAFETY: as for this function.
            unsafe { block::<L>(source, index, size, window, out) }
        }
    }
}

/// Writes the window of one block of a source as `[x, y, z, 16]`, as the lanes store factors.
///
/// # Safety
/// The processor has the features of the lanes.
#[inline(always)]
pub(crate) unsafe fn block<L: Lanes>(
    source: &Source<'_>,
    block: usize,
    size: [usize; 3],
    window: &Window,
    out: &mut [f32],
) {
    let [_, height, depth] = window.extent;
    let voxels: usize = size.iter().product();
    let wide = LANES / L::FACTORS;
    let mut whole = Vec::new();
    for (index, out) in out.chunks_exact_mut(depth * wide).enumerate() {
        let Some(row) = window.row(size, index / height, index % height) else {
            out.fill(0.0);
            continue;
        };
        let (front, rest) = out.split_at_mut(row.before * wide);
        let (inside, behind) = rest.split_at_mut(row.count * wide);
        front.fill(0.0);
        behind.fill(0.0);
        match source.layout {
            Layout::Blocked => {
                let from = &source.data[(block * voxels + row.start) * LANES..][..row.count * LANES];
                // SAFETY: as for this function.
                unsafe { read::<L>(from, inside, block, source.prologue) }
            }
            Layout::Planar => {
                let channels = (source.channels - block * LANES).min(LANES);
                whole.clear();
                whole.resize(row.count * LANES, 0.0);
                for lane in 0..channels {
                    let from = &source.data[(block * LANES + lane) * voxels + row.start..][..row.count];
                    whole.iter_mut().skip(lane).step_by(LANES).zip(from).for_each(|(to, from)| *to = *from);
                }
                debug_assert!(source.prologue.is_none(), "only the network's input is planar");
                // SAFETY: as for this function.
                unsafe { read::<L>(&whole, inside, block, None) }
            }
        }
    }
}

/// Writes the window of one source of few channels as `[x, y, z, channels]`.
///
/// # Safety
/// The processor has the features of the lanes.
#[inline(always)]
pub(crate) unsafe fn thin<L: Lanes>(source: &Source<'_>, size: [usize; 3], window: &Window, out: &mut [f32]) {
    let [width, height, depth] = window.extent;
    let (voxels, channels) = (size.iter().product::<usize>(), source.channels);
    let mut rows = out.chunks_exact_mut(depth * channels);
    let mut whole = Vec::new();
    for (x, y) in (0..width).flat_map(|x| (0..height).map(move |y| (x, y))) {
        let out = rows.next().expect("the output has a row for each of the window");
        let Some(row) = window.row(size, x, y) else {
            out.fill(0.0);
            continue;
        };
        let (front, rest) = out.split_at_mut(row.before * channels);
        let (inside, behind) = rest.split_at_mut(row.count * channels);
        front.fill(0.0);
        behind.fill(0.0);
        match source.layout {
            Layout::Blocked => {
                let from = &source.data[row.start * LANES..][..row.count * LANES];
                whole.resize(from.len(), 0.0);
                // SAFETY: as for this function.
                unsafe { read::<L>(from, &mut whole, 0, source.prologue) }
                for (to, from) in inside.chunks_exact_mut(channels).zip(whole.chunks_exact(LANES)) {
                    to.copy_from_slice(&from[..channels]);
                }
            }
            Layout::Planar => {
                for channel in 0..channels {
                    let from = &source.data[channel * voxels + row.start..][..row.count];
                    inside.iter_mut().skip(channel).step_by(channels).zip(from).for_each(|(to, from)| *to = *from);
                }
                debug_assert!(source.prologue.is_none(), "only the network's input is planar");
            }
        }
    }
}

/// Writes the window of a source as `[channels, x, y, z]`.
///
/// # Safety
/// The processor has the features of the lanes.
#[inline(always)]
pub(crate) unsafe fn planes<L: Lanes>(source: &Source<'_>, size: [usize; 3], window: &Window, out: &mut [f32]) {
    let [width, height, depth] = window.extent;
    let (voxels, step) = (size.iter().product::<usize>(), width * height * depth);
    let mut room = Vec::new();
    for index in 0..width * height {
        let row = window.row(size, index / height, index % height);
        let (before, start, count) = row.map_or((0, 0, 0), |row| (row.before, row.start, row.count));
        for channel in 0..source.channels {
            let out = &mut out[channel * step + index * depth..][..depth];
            out[..before].fill(0.0);
            out[before + count..].fill(0.0);
            if source.layout == Layout::Planar {
                out[before..][..count].copy_from_slice(&source.data[channel * voxels + start..][..count]);
            }
        }
        if source.layout == Layout::Planar || count == 0 {
            continue;
        }
        room.resize(count * LANES, 0.0);
        for block in 0..source.channels.div_ceil(LANES) {
            let from = &source.data[(block * voxels + start) * LANES..][..count * LANES];
            let from = if source.prologue.is_some() {
                // SAFETY: as for this function.
                unsafe { read::<L>(from, &mut room, block, source.prologue) }
                &room
            } else {
                from
            };
            let channels = block * LANES..source.channels.min((block + 1) * LANES);
            let out = &mut out[channels.start * step + index * depth + before..];
            // SAFETY: as for this function.
            unsafe { unblock::<L>(from, channels.len(), out, step) }
        }
    }
}

/// Writes the channels of a row of one block one after the other, `step` numbers apart.
///
/// # Safety
/// The processor has the features of the lanes.
#[inline(always)]
pub(crate) unsafe fn unblock<L: Lanes>(from: &[f32], channels: usize, out: &mut [f32], step: usize) {
    let count = from.len() / LANES;
    let whole = count / LANES * LANES;
    for at in (0..whole).step_by(LANES) {
        let from = &from[at * LANES..][..LANES * LANES];
        // SAFETY: as for this function; sixteen voxels are sixteen rows, and each slice has sixteen numbers.
        unsafe {
            let mut rows = [L::zero(); LANES];
            for (lane, row) in rows.iter_mut().enumerate() {
                *row = L::load(from[lane * LANES..][..LANES].as_ptr());
            }
            L::transpose(&mut rows);
            for (channel, row) in rows.iter().enumerate().take(channels) {
                row.store(out[channel * step + at..][..LANES].as_mut_ptr());
            }
        }
    }
    for channel in 0..channels {
        let voxels = from[whole * LANES..].chunks_exact(LANES);
        let out = out[channel * step + whole..].iter_mut();
        out.zip(voxels).for_each(|(to, voxel)| *to = voxel[channel]);
    }
}

/// Copies voxels of one block with what is done on reading, as the lanes store factors.
///
/// # Safety
/// The processor has the features of the lanes.
#[inline(always)]
pub(crate) unsafe fn read<L: Lanes>(from: &[f32], to: &mut [f32], block: usize, prologue: Option<&Prologue>) {
    let Some(prologue) = prologue else {
        if L::FACTORS == 1 {
            to.copy_from_slice(from);
            return;
        }
        for (to, from) in to.chunks_exact_mut(LANES / L::FACTORS).zip(from.chunks_exact(LANES)) {
            // SAFETY: as for this function; a voxel is sixteen numbers.
            unsafe { L::load(from.as_ptr()).store_factors(to.as_mut_ptr()) }
        }
        return;
    };
    // SAFETY: as for this function.
    unsafe {
        let scale = L::load(prologue.scale[block * LANES..][..LANES].as_ptr());
        let shift = L::load(prologue.shift[block * LANES..][..LANES].as_ptr());
        prologue.activation.with::<L>(block, Reading { from, to, scale, shift });
    }
}

struct Reading<'a, L> {
    from: &'a [f32],
    to: &'a mut [f32],
    scale: L,
    shift: L,
}

impl<L: Lanes> Visit<L> for Reading<'_, L> {
    #[inline(always)]
    unsafe fn visit(self, function: impl Function<L>) {
        for (to, from) in self.to.chunks_exact_mut(LANES / L::FACTORS).zip(self.from.chunks_exact(LANES)) {
            // SAFETY: as for this method; a voxel is sixteen numbers.
            unsafe {
                function.of(L::load(from.as_ptr()).mul_add(self.scale, self.shift)).store_factors(to.as_mut_ptr())
            }
        }
    }
}
