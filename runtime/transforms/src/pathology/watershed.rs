/// Floods basins from markers, the lowest pixels first, until they meet or reach the end of the mask
/// (`skimage.segmentation.watershed`). Of two pixels of one height the one that was reached first comes first; of two markers,
/// the one that a binary heap of scikit-image's form gives first.
pub(crate) fn watershed(
    height: &[f32],
    markers: &[f32],
    mask: &[f32],
    shape: [usize; 3],
    connectivity: usize,
) -> Vec<f32> {
    let [rows, columns, _] = shape;
    let mut labels: Vec<f32> = markers.iter().zip(mask).map(|(marker, mask)| marker * mask).collect();
    let mut heap = Heap(Vec::new());
    for index in (0..labels.len()).filter(|index| labels[*index] != 0.0) {
        heap.push(Item { height: height[index], age: 0, index });
    }
    let near: &[[isize; 2]] = if connectivity == 1 { &NEIGHBOURS[..4] } else { &NEIGHBOURS };
    let mut age = 0;
    while let Some(item) = heap.pop() {
        let place = [(item.index / columns) as isize, (item.index % columns) as isize];
        for step in near {
            let [row, column] = [place[0] + step[0], place[1] + step[1]];
            if !(0..rows as isize).contains(&row) || !(0..columns as isize).contains(&column) {
                continue;
            }
            let index = row as usize * columns + column as usize;
            if mask[index] == 0.0 || labels[index] != 0.0 {
                continue;
            }
            age += 1;
            labels[index] = labels[item.index];
            heap.push(Item { height: height[index], age, index });
        }
    }
    labels
}

/// Rows and columns to the neighbours: those with an edge in common, then those with a corner.
const NEIGHBOURS: [[isize; 2]; 8] = [[-1, 0], [0, -1], [0, 1], [1, 0], [-1, -1], [-1, 1], [1, -1], [1, 1]];

/// A pixel that was reached.
#[derive(Clone, Copy)]
struct Item {
    height: f32,
    age: u64,
    index: usize,
}

impl Item {
    fn before(&self, other: &Item) -> bool {
        if self.height == other.height { self.age < other.age } else { self.height < other.height }
    }
}

/// A binary heap. Which of two equal items it gives first is part of the result, so that the standard library's, whose order
/// of them may change, does not serve.
struct Heap(Vec<Item>);

impl Heap {
    fn push(&mut self, item: Item) {
        let mut child = self.0.len();
        self.0.push(item);
        while child > 0 {
            let parent = (child - 1) / 2;
            if !self.0[child].before(&self.0[parent]) {
                break;
            }
            self.0.swap(parent, child);
            child = parent;
        }
    }

    fn pop(&mut self) -> Option<Item> {
        let last = self.0.pop()?;
        let Some(first) = self.0.first_mut() else { return Some(last) };
        let first = std::mem::replace(first, last);
        let mut place = 0;
        loop {
            let mut smallest = place;
            for child in [2 * place + 1, 2 * place + 2] {
                if self.0.get(child).is_some_and(|item| item.before(&self.0[smallest])) {
                    smallest = child;
                }
            }
            if smallest == place {
                return Some(first);
            }
            self.0.swap(place, smallest);
            place = smallest;
        }
    }
}
