//! A tensor as a strided view of a storage that lies in the file.

use crate::dtype::Dtype;

/// Where a tensor's elements lie.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct View {
    pub(crate) dtype: Dtype,
    pub(crate) shape: Vec<usize>,
    /// Elements between neighbours along each axis.
    pub(crate) strides: Vec<usize>,
    /// Byte in the file of the first element.
    pub(crate) start: u64,
    /// Elements from the first to the last one in the file, both included.
    pub(crate) extent: usize,
    /// Number of elements of the tensor.
    pub(crate) count: usize,
}

impl View {
    /// Checks a view of a storage of `elements` that begins at byte `storage` of the file.
    pub(crate) fn new(
        dtype: Dtype,
        shape: Vec<usize>,
        strides: Vec<usize>,
        storage: u64,
        offset: usize,
        elements: usize,
    ) -> Result<View, String> {
        if shape.len() != strides.len() {
            return Err(format!("{} extents but {} strides", shape.len(), strides.len()));
        }
        let count = shape.iter().try_fold(1_usize, |product, extent| product.checked_mul(*extent));
        let count = count.filter(|count| *count <= elements);
        let count =
            count.ok_or_else(|| format!("the shape {shape:?} needs more than the {elements} stored elements"))?;
        let last = if count == 0 {
            Some(0)
        } else {
            shape
                .iter()
                .zip(&strides)
                .try_fold(0_usize, |last, (extent, stride)| last.checked_add((extent - 1).checked_mul(*stride)?))
        };
        let extent = if count == 0 { Some(0) } else { last.and_then(|last| last.checked_add(1)) };
        let fits = extent.filter(|extent| offset.checked_add(*extent).is_some_and(|end| end <= elements));
        let extent = fits
            .ok_or_else(|| format!("offset {offset} with strides {strides:?} leaves the {elements} stored elements"))?;
        let start = (offset as u64).checked_mul(dtype.size() as u64).and_then(|bytes| storage.checked_add(bytes));
        let start = start.ok_or_else(|| "lies beyond the file".to_owned())?;
        Ok(View { dtype, shape, strides, start, extent, count })
    }

    /// Strides of a tensor in C order.
    pub(crate) fn contiguous(shape: &[usize]) -> Vec<usize> {
        let mut strides = vec![1_usize; shape.len()];
        for axis in (1..shape.len()).rev() {
            strides[axis - 1] = strides[axis].saturating_mul(shape[axis].max(1));
        }
        strides
    }

    /// The elements in C order, from the bytes of the view's extent.
    pub(crate) fn gather(&self, bytes: &[u8]) -> Vec<f32> {
        let size = self.dtype.size();
        let element = |index: usize| self.dtype.to_f32(&bytes[index * size..]);
        if self.strides == View::contiguous(&self.shape) {
            return (0..self.count).map(element).collect();
        }
        let mut position = vec![0; self.shape.len()];
        let mut values = Vec::with_capacity(self.count);
        for _ in 0..self.count {
            values.push(element(position.iter().zip(&self.strides).map(|(at, stride)| at * stride).sum()));
            for axis in (0..position.len()).rev() {
                position[axis] += 1;
                if position[axis] < self.shape[axis] {
                    break;
                }
                position[axis] = 0;
            }
        }
        values
    }
}
