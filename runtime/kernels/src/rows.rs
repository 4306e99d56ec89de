use crate::lanes::{LANES, Lanes};
use crate::pack::read;
use crate::source::Source;

/// Rows along z of a blocked source, with what is done on reading.
#[derive(Clone, Copy)]
pub(crate) struct Rows<'a> {
    pub(crate) source: &'a Source<'a>,
    pub(crate) size: [usize; 3],
}

impl<'a> Rows<'a> {
    /// The row `(x, y)` of a block; `room` holds it where something is done on reading.
    ///
    /// # Safety
    /// The processor has the features of the lanes.
    #[inline(always)]
    pub(crate) unsafe fn get<'b, L: Lanes>(&self, block: usize, x: usize, y: usize, room: &'b mut Vec<f32>) -> &'b [f32]
    where
        'a: 'b,
    {
        let [width, height, depth] = self.size;
        let start = ((block * width + x) * height + y) * depth * LANES;
        let row = &self.source.data[start..][..depth * LANES];
        if self.source.prologue.is_none() {
            return row;
        }
        room.resize(row.len(), 0.0);
        // SAFETY: as for this function.
        unsafe { read::<L>(row, room, block, self.source.prologue) }
        room
    }
}

/// Which row of a map with this height a chunk of a blocked map is: its block, x and y.
pub(crate) fn place(index: usize, [width, height, _]: [usize; 3]) -> (usize, usize, usize) {
    (index / height / width, index / height % width, index % height)
}
