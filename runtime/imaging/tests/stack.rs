//! Several volumes in one: the order of channels, and what is refused with which figures.

use monai_imaging::{Affine, Error, Volume};

const LIMIT: u64 = 1 << 20;

fn affine(change: impl Fn(&mut [[f64; 4]; 4])) -> Affine {
    let mut matrix = [[-1.0, 0.0, 0.0, 90.0], [0.0, 1.0, 0.0, -126.0], [0.0, 0.0, 2.5, -72.0], [0.0, 0.0, 0.0, 1.0]];
    change(&mut matrix);
    Affine::new(matrix).unwrap()
}

fn volume(channels: usize, first: f32, affine: Affine) -> Volume {
    let data = (0..channels * 6).map(|voxel| first + voxel as f32).collect();
    Volume::new(channels, [3, 2, 1], data, affine).unwrap()
}

#[test]
fn channels_keep_the_order_in_which_they_are_given() {
    let place = affine(|_| ());
    // MONAI takes affines as the same that differ by a hundred-thousandth.
    let near = affine(|matrix| matrix[0][3] += 5e-4);
    let stacked =
        Volume::stack(vec![volume(1, 0.0, place), volume(2, 100.0, near), volume(1, 300.0, place)], LIMIT).unwrap();
    assert_eq!((stacked.channels, stacked.shape, stacked.affine), (4, [3, 2, 1], place));
    assert_eq!([0, 1, 2, 3].map(|channel| stacked.channel(channel)[0]), [0.0, 100.0, 106.0, 300.0]);
}

#[test]
fn another_grid_is_refused_with_both_figures() {
    let place = affine(|_| ());
    let check = |other: Volume, expected: Error, words: &str| {
        let error = Volume::stack(vec![volume(1, 0.0, place), volume(1, 0.0, place), other], LIMIT).unwrap_err();
        assert_eq!(error, expected);
        assert!(error.to_string().contains(words), "{error}");
    };
    let turned = Volume::new(1, [2, 3, 1], vec![0.0; 6], place).unwrap();
    check(turned, Error::StackShape { index: 2, expected: [3, 2, 1], found: [2, 3, 1] }, "image 2");
    let plane = Volume { rank: 2, ..volume(1, 0.0, place) };
    check(plane, Error::StackAxes { index: 2, expected: 3, found: 2 }, "2 axes");
    let differ = |part, expected, found| Error::StackPlace { index: 2, part, expected, found };
    let thick = affine(|matrix| matrix[2][2] = 3.0);
    let sizes = differ("the size of a voxel in mm", [1.0, 1.0, 2.5], [1.0, 1.0, 3.0]);
    check(volume(1, 0.0, thick), sizes, "[1.0, 1.0, 3.0]; expected [1.0, 1.0, 2.5]");
    let mirrored = affine(|matrix| matrix[1][1] = -1.0);
    let direction = differ("the direction of Y", [0.0, 1.0, 0.0], [0.0, -1.0, 0.0]);
    check(volume(1, 0.0, mirrored), direction, "direction of Y");
    let moved = affine(|matrix| matrix[1][3] = -120.0);
    let origin = differ("the place of the first voxel in mm", [90.0, -126.0, -72.0], [90.0, -120.0, -72.0]);
    check(volume(1, 0.0, moved), origin, "-120.0");
}

#[test]
fn nothing_and_too_much_are_refused() {
    assert_eq!(Volume::stack(Vec::new(), LIMIT).unwrap_err(), Error::StackNothing);
    let twice = vec![volume(1, 0.0, affine(|_| ())), volume(1, 0.0, affine(|_| ()))];
    assert_eq!(Volume::stack(twice, 47).unwrap_err(), Error::TooLarge { needed: 48, limit: 47 });
}
