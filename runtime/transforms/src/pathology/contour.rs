//! The outline of a nucleus within its box, as the pixels at its corners.

use std::collections::{HashMap, VecDeque};

/// A place between pixels: row and column.
type Place = [f64; 2];
/// A pixel: row and column.
type Pixel = [i64; 2];

/// A mask of so many rows and columns, as 0 and 1.
pub(crate) struct Mask<'a> {
    pub(crate) data: &'a [f32],
    pub(crate) rows: usize,
    pub(crate) columns: usize,
}

impl Mask<'_> {
    /// The corners of the outline as column and row, in MONAI's order (`GenerateInstanceContour`). None where the mask does not
    /// touch the edges as a part in its own box does. `level`: where between 0 and 1 the outline runs; the middle where none.
    pub(crate) fn contour(&self, level: Option<f64>) -> Option<Vec<Pixel>> {
        let extremes =
            |(least, most): (f64, f64), value: &f32| (least.min(f64::from(*value)), most.max(f64::from(*value)));
        let (least, most) = self.data.iter().fold((f64::INFINITY, f64::NEG_INFINITY), extremes);
        let lines = assemble(&self.segments(level.unwrap_or((least + most) / 2.0)));
        self.corners(&lines)
    }

    /// The pieces of lines between what lies above a level and what does not (marching squares, as
    /// `skimage.measure.find_contours`).
    fn segments(&self, level: f64) -> Vec<[Place; 2]> {
        let mut segments = Vec::new();
        let value = |row: usize, column: usize| f64::from(self.data[row * self.columns + column]);
        let part = |from: f64, to: f64| if to == from { 0.0 } else { (level - from) / (to - from) };
        for row in 0..self.rows - 1 {
            for column in 0..self.columns - 1 {
                let (ul, ur) = (value(row, column), value(row, column + 1));
                let (ll, lr) = (value(row + 1, column), value(row + 1, column + 1));
                let bit = |value: f64, bit: u8| if value > level { bit } else { 0 };
                let (y, x) = (row as f64, column as f64);
                let top = [y, x + part(ul, ur)];
                let bottom = [y + 1.0, x + part(ll, lr)];
                let left = [y + part(ul, ll), x];
                let right = [y + part(ur, lr), x + 1.0];
                match bit(ul, 1) + bit(ur, 2) + bit(ll, 4) + bit(lr, 8) {
                    1 => segments.push([top, left]),
                    2 => segments.push([right, top]),
                    3 => segments.push([right, left]),
                    4 => segments.push([left, bottom]),
                    5 => segments.push([top, bottom]),
                    6 => segments.extend([[right, top], [left, bottom]]),
                    7 => segments.push([right, bottom]),
                    8 => segments.push([bottom, right]),
                    9 => segments.extend([[top, left], [bottom, right]]),
                    10 => segments.push([bottom, top]),
                    11 => segments.push([bottom, left]),
                    12 => segments.push([left, right]),
                    13 => segments.push([top, right]),
                    14 => segments.push([left, top]),
                    _ => {}
                }
            }
        }
        segments
    }

    /// The pixels at the corners of lines that begin and end at the edges (`GenerateSuccinctContour`).
    fn corners(&self, lines: &[Vec<Place>]) -> Option<Vec<Pixel>> {
        let (height, width) = (self.rows as i64, self.columns as i64);
        let (bottom, right) = ((height - 1) as f64, (width - 1) as f64);
        // Which corners of the box are on the outline already: top left, top right, bottom right, bottom left.
        let mut corners = [false; 4];
        let mut sequences: Vec<(i64, Vec<Pixel>)> = Vec::new();
        for line in lines {
            let (first, last) = (line.first()?, line.last()?);
            let (corner, pixel) = if first[0] == 0.0 {
                let pixel = [0, (first[1] - 0.5) as i64];
                corners[1] |= pixel[1] == width - 1;
                corners[0] |= pixel[1] != width - 1 && pixel[1] == 0;
                (1, pixel)
            } else if first[1] == 0.0 {
                (0, [(first[0] + 0.5) as i64, 0])
            } else if first[0] == bottom {
                let pixel = [first[0] as i64, (first[1] + 0.5) as i64];
                corners[2] |= pixel[1] == width - 1;
                (3, pixel)
            } else if first[1] == right {
                (2, [(first[0] - 0.5) as i64, first[1] as i64])
            } else {
                return None;
            };
            let mut sequence = vec![pixel];
            for (index, place) in line.iter().enumerate().skip(1) {
                let before = line[index - 1];
                let turns = line
                    .get(index + 1)
                    .is_none_or(|next| (0..2).any(|axis| place[axis] - before[axis] != next[axis] - place[axis]));
                let pixel = outermost(*place, before);
                if turns && sequence.last() != Some(&pixel) {
                    sequence.push(pixel);
                }
            }
            corners[corner] |= match corner {
                0 => last[0] == 0.0,
                1 => last[1] == right,
                2 => last[0] == bottom,
                _ => last[1] == 0.0,
            };
            sequences.push((self.around(sequence[0]), sequence));
        }
        let places = [[0, 0], [0, width - 1], [height - 1, width - 1], [height - 1, 0]];
        let distances = [0, width, width + height, 2 * width + height];
        let missing = (0..4).filter(|corner| !corners[*corner]);
        sequences.extend(missing.map(|corner| (distances[corner], vec![places[corner]])));
        sequences.sort_by_key(|(distance, _)| *distance);
        let mut pixels: Vec<Pixel> = Vec::new();
        for (_, sequence) in sequences {
            if pixels.last() == sequence.first() {
                pixels.pop();
            }
            pixels.extend(sequence);
        }
        if pixels.len() > 1 && pixels.first() == pixels.last() {
            pixels.remove(0);
        }
        if pixels.first() == Some(&[0, 0]) {
            pixels.rotate_left(1);
        }
        Some(pixels.into_iter().rev().map(|[row, column]| [column, row]).collect())
    }

    /// How far a pixel at the edge is from the top left one, around the box.
    fn around(&self, [row, column]: Pixel) -> i64 {
        let (height, width) = (self.rows as i64, self.columns as i64);
        match () {
            () if row == 0 => column,
            () if column == width - 1 => width + row,
            () if row == height - 1 => 2 * width + height - column,
            () => 2 * (width + height) - row,
        }
    }
}

/// The pixel inside of a line that came to a place from another one.
fn outermost(place: Place, before: Place) -> Pixel {
    let step = [place[0] - before[0], place[1] - before[1]];
    let [row, column] = match step {
        [0.0, 1.0] | [0.5, 0.5] | [1.0, 0.0] => [place[0] + 0.5, place[1]],
        [0.0, -1.0] | [0.5, -0.5] => place,
        [-1.0, 0.0] | [-0.5, -0.5] => [place[0], place[1] + 0.5],
        [-0.5, 0.5] => [place[0] + 0.5, place[1] + 0.5],
        _ => [-1.0, -1.0],
    };
    [row as i64, column as i64]
}

/// Joins pieces to lines, in the order of their first pieces (`_assemble_contours`).
fn assemble(segments: &[[Place; 2]]) -> Vec<Vec<Place>> {
    let bits = |place: Place| place.map(f64::to_bits);
    let mut lines: Vec<VecDeque<Place>> = Vec::new();
    // The lines by where they start and end.
    let (mut starts, mut ends): (HashMap<[u64; 2], usize>, HashMap<[u64; 2], usize>) = Default::default();
    for &[from, to] in segments.iter().filter(|[from, to]| from != to) {
        match (starts.remove(&bits(to)), ends.remove(&bits(from))) {
            (Some(tail), Some(head)) if tail == head => lines[head].push_back(to),
            (Some(tail), Some(head)) => {
                let (mut first, second) = (std::mem::take(&mut lines[head]), std::mem::take(&mut lines[tail]));
                first.extend(second);
                // The line that was there first stays.
                let kept = head.min(tail);
                if let (Some(start), Some(end)) = (first.front(), first.back()) {
                    starts.insert(bits(*start), kept);
                    ends.insert(bits(*end), kept);
                }
                lines[kept] = first;
            }
            (None, None) => {
                starts.insert(bits(from), lines.len());
                ends.insert(bits(to), lines.len());
                lines.push([from, to].into());
            }
            (Some(tail), None) => {
                lines[tail].push_front(from);
                starts.insert(bits(from), tail);
            }
            (None, Some(head)) => {
                lines[head].push_back(to);
                ends.insert(bits(to), head);
            }
        }
    }
    lines.into_iter().filter(|line| !line.is_empty()).map(Vec::from).collect()
}
