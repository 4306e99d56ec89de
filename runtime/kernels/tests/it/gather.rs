use monai_kernels::{
    Extent, Gathered, LANES, Layout, Level, Source, gather, pixel_shuffle, to_blocked, to_planar, to_planar_within,
};

use crate::naive::{block, numbers, unblock};

#[test]
fn parts_lie_one_after_the_other_as_channels() {
    let size = [2, 3, 5];
    let voxels = size.iter().product::<usize>();
    let counts = [16, 5, 20];
    let planar: Vec<Vec<f32>> = counts.iter().map(|count| numbers(count * voxels, *count as u64)).collect();
    let blocked: Vec<Vec<f32>> = planar.iter().zip(counts).map(|(planar, count)| block(planar, count)).collect();
    // The last axis backwards, the first one voxel longer, the second without its first voxel.
    let places =
        [vec![Some(0), Some(1), None], vec![Some(1), Some(2)], (0..5).rev().map(Some).collect::<Vec<Option<usize>>>()];
    let out = Extent { channels: 41, size: [3, 2, 5] };
    for level in Level::available() {
        let parts: Vec<_> = (0..3)
            .map(|at| Gathered {
                source: Source { data: &blocked[at], layout: Layout::Blocked, channels: counts[at], prologue: None },
                size,
                places: places.clone(),
                filler: 7.0,
            })
            .collect();
        let mut output = vec![f32::NAN; out.blocked()];
        gather(level, &parts, &mut output);
        assert!(output.iter().all(|number| !number.is_nan()), "{level}: what fills up the last block is zero");
        let mut expected = Vec::new();
        for (planar, count) in planar.iter().zip(counts) {
            for channel in 0..count {
                for (x, y, z) in (0..3).flat_map(|x| (0..2).flat_map(move |y| (0..5).map(move |z| (x, y, z)))) {
                    let inside = planar.get(channel * voxels + (x * 3 + y + 1) * 5 + 4 - z);
                    expected.push(if x < 2 { *inside.expect("it lies inside") } else { 7.0 });
                }
            }
        }
        assert_eq!(unblock(&output, 41), expected, "{level}");
    }
}

#[test]
fn layouts_hold_the_same_numbers() {
    let extent = Extent { channels: 21, size: [2, 40, 37] };
    let planar = numbers(extent.planar(), 1);
    let mut blocked = vec![f32::NAN; extent.blocked()];
    to_blocked(extent, &planar, &mut blocked);
    assert_eq!(blocked, block(&planar, 21));
    for level in Level::available() {
        let mut again = vec![f32::NAN; extent.planar()];
        to_planar(level, extent, &blocked, &mut again);
        assert_eq!(again, planar, "{level}");
        let mut within = blocked.clone();
        to_planar_within(level, extent, &mut within, &mut vec![f32::NAN; extent.voxels() * LANES]);
        assert_eq!(within[..extent.planar()], planar, "{level}");
    }
}

#[test]
fn shuffled_channels_become_voxels() {
    let extent = Extent { channels: 24, size: [2, 1, 3] };
    let planar = numbers(extent.planar(), 1);
    let out = Extent { channels: 3, size: [4, 2, 6] };
    let mut output = vec![f32::NAN; out.blocked()];
    pixel_shuffle(extent, [2; 3], &block(&planar, 24), &mut output);
    let found = unblock(&output, 3);
    for (at, value) in found.iter().enumerate() {
        let (channel, x, y, z) = (at / 48, at / 12 % 4, at / 6 % 2, at % 6);
        let from = channel * 8 + (x % 2 * 2 + y % 2) * 2 + z % 2;
        assert_eq!(*value, planar[(from * 2 + x / 2) * 3 + z / 2]);
    }
}
