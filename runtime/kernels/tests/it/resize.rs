use monai_kernels::{Between, Extent, Layout, Level, Source, resize};

use crate::naive::{block, numbers, unblock, worst};

#[test]
fn voxels_in_between_are_interpolated() {
    let (channels, size) = (17, [2, 3, 4]);
    let input = numbers(channels * 24, 1);
    let data = block(&input, channels);
    let between = |first, second, weight| Between { first, second, weight };
    let places = [
        vec![between(0, 0, 0.0), between(0, 1, 0.25), between(1, 1, 0.0)],
        vec![between(1, 2, 0.5)],
        vec![between(0, 1, 0.125), between(2, 3, 0.75), between(3, 3, 0.5)],
    ];
    let out = Extent { channels, size: [3, 1, 3] };
    let mut expected = Vec::new();
    for channel in 0..channels {
        for x in &places[0] {
            for y in &places[1] {
                for z in &places[2] {
                    let both = |place: &Between| {
                        let weight = f64::from(place.weight);
                        [(place.first, 1.0 - weight), (place.second, weight)]
                    };
                    let mut sum = 0.0;
                    for (i, a) in both(x) {
                        for (j, b) in both(y) {
                            for (k, c) in both(z) {
                                sum += a * b * c * f64::from(input[((channel * 2 + i) * 3 + j) * 4 + k]);
                            }
                        }
                    }
                    expected.push(sum);
                }
            }
        }
    }
    for level in Level::available() {
        let source = Source { data: &data, layout: Layout::Blocked, channels, prologue: None };
        let mut output = vec![f32::NAN; out.blocked()];
        resize(level, &source, size, &places, &mut output);
        let worst = worst(&unblock(&output, channels), &expected);
        assert!(worst < 1e-6, "{level}: {worst:e}");
    }
}
