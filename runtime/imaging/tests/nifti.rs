//! NIfTI at its boundary: what is refused and why, and that what is written reads back.

use std::io::Write;

use monai_imaging::nifti::{Frame, Units, decode, decode_within, encode};
use monai_imaging::{Affine, Dtype, Error, Volume};

/// A NIfTI-1 of 3 x 4 x 5 16-bit voxels with an sform.
fn sound() -> Vec<u8> {
    let mut bytes = vec![0u8; 352 + 2 * 60];
    let mut put = |offset: usize, value: &[u8]| bytes[offset..offset + value.len()].copy_from_slice(value);
    put(0, &348i32.to_le_bytes());
    for (axis, extent) in [3i16, 3, 4, 5, 1, 1, 1, 1].into_iter().enumerate() {
        put(40 + 2 * axis, &extent.to_le_bytes());
    }
    put(70, &4i16.to_le_bytes());
    put(72, &16i16.to_le_bytes());
    for axis in 0..4 {
        put(76 + 4 * axis, &1f32.to_le_bytes());
    }
    put(108, &352f32.to_le_bytes());
    put(254, &1i16.to_le_bytes());
    for axis in 0..3 {
        put(280 + 20 * axis, &1f32.to_le_bytes());
    }
    put(344, b"n+1\0");
    for voxel in 0..60u16 {
        put(352 + 2 * usize::from(voxel), &voxel.to_le_bytes());
    }
    bytes
}

fn changed(offset: usize, value: &[u8]) -> Vec<u8> {
    let mut bytes = sound();
    bytes[offset..offset + value.len()].copy_from_slice(value);
    bytes
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn check(bytes: &[u8], expected: &Error) {
    assert_eq!(decode(bytes).map(|decoded| decoded.facts), Err(expected.clone()));
}

#[test]
fn bad_files_are_refused_with_the_reason() {
    let extents = |list: [i16; 3]| list.iter().flat_map(|extent| extent.to_le_bytes()).collect::<Vec<u8>>();
    let packed = gzip(&sound());
    let mut wrong_sum = packed.clone();
    let end = wrong_sum.len();
    wrong_sum[end - 6] ^= 0xff;
    check(&[], &Error::Empty);
    check(b"PNG", &Error::NotNifti);
    check(&[0; 400], &Error::NotNifti);
    check(&sound()[..200], &Error::Truncated { expected: 348, found: 200 });
    check(&sound()[..471], &Error::Truncated { expected: 472, found: 471 });
    check(&gzip(&sound()[..471]), &Error::Truncated { expected: 472, found: 471 });
    check(&wrong_sum, &Error::DamagedGzip { found: 472 });
    check(&changed(344, b"ni1\0"), &Error::DetachedHeader);
    check(&changed(42, &extents([30, 40, 50])), &Error::Truncated { expected: 120_352, found: 472 });
    check(&gzip(&changed(42, &extents([30, 40, 50]))), &Error::Truncated { expected: 120_352, found: 472 });
    check(&changed(42, &extents([3, -4, 5])), &Error::BadExtent { axis: 1, found: -4 });
    check(&changed(42, &extents([3, 4, 0])), &Error::BadExtent { axis: 2, found: 0 });
    check(&changed(40, &1i16.to_le_bytes()), &Error::UnsupportedRank { found: 1 });
    check(&changed(40, &6i16.to_le_bytes()), &Error::UnsupportedRank { found: 6 });
    check(&changed(40, &[5, 0, 3, 0, 4, 0, 1, 0, 5, 0]), &Error::UnsupportedRank { found: 5 });
    check(&changed(70, &32i16.to_le_bytes()), &Error::UnsupportedDatatype { code: 32 });
    check(&changed(70, &128i16.to_le_bytes()), &Error::ColourVoxels { code: 128 });
    check(&changed(70, &2304i16.to_le_bytes()), &Error::ColourVoxels { code: 2304 });
    check(&changed(108, &100f32.to_le_bytes()), &Error::BadOffset { found: 100, least: 352 });
    check(&changed(280, &f32::NAN.to_le_bytes()), &Error::AffineNotFinite);
    check(&changed(280, &0f32.to_le_bytes()), &Error::AffineSingular);
}

#[test]
fn sizes_of_0_are_refused_where_they_decide_where_voxels_lie() {
    let mut bytes = changed(84, &0f32.to_le_bytes());
    assert!(decode(&bytes).is_ok(), "the sform says it all");
    bytes[254..256].fill(0);
    check(&bytes, &Error::ZeroVoxelSize { axis: 1 });
    bytes[252..254].copy_from_slice(&1i16.to_le_bytes());
    check(&bytes, &Error::ZeroVoxelSize { axis: 1 });
}

#[test]
fn voxels_that_are_no_numbers_are_refused_with_their_place() {
    let mut bytes = changed(70, &16i16.to_le_bytes());
    bytes.resize(352 + 4 * 60, 0);
    for (voxel, value) in [(17, f32::NAN), (40, f32::INFINITY)] {
        bytes[352 + 4 * voxel..][..4].copy_from_slice(&value.to_le_bytes());
    }
    check(&bytes, &Error::NotFinite { found: 2, place: [1, 1, 3], channel: 0 });
    // 2 to the 120th, times a stored 200, is beyond 32-bit floats.
    let mut scaled = changed(112, &2f32.powi(120).to_le_bytes());
    scaled[352..354].copy_from_slice(&2000i16.to_le_bytes());
    check(&scaled, &Error::NotFinite { found: 1, place: [0, 0, 0], channel: 0 });
}

#[test]
fn a_fourth_axis_is_channels() {
    let mut bytes = changed(40, &4i16.to_le_bytes());
    bytes[46..50].copy_from_slice(&[1, 0, 5, 0]);
    let volume = decode(&bytes).unwrap().volume;
    assert_eq!((volume.channels, volume.shape, volume.rank), (5, [3, 4, 1], 3));
    assert_eq!(volume.channel(2)[4], 2.0 * 12.0 + 1.0);
    bytes[40..52].copy_from_slice(&[5, 0, 3, 0, 4, 0, 1, 0, 1, 0, 5, 0]);
    assert_eq!(decode(&bytes).unwrap().volume, volume);
}

#[test]
fn a_header_that_promises_too_much_allocates_nothing() {
    let bomb = changed(42, &[0xff, 0x7f, 0xff, 0x7f, 0xff, 0x7f]);
    let needed = 32767u64.pow(3) * 4;
    for bytes in [bomb.clone(), gzip(&bomb)] {
        check(&bytes, &Error::TooLarge { needed, limit: 4 << 30 });
    }
    assert_eq!(decode_within(&sound(), 239).unwrap_err(), Error::TooLarge { needed: 240, limit: 239 });
    assert!(decode_within(&sound(), 240).is_ok());
}

#[test]
fn a_truncated_gzip_is_refused_wherever_it_ends() {
    let packed = gzip(&sound());
    for length in 0..packed.len() {
        assert!(decode(&packed[..length]).is_err(), "cut at {length} of {}", packed.len());
    }
}

#[test]
fn voxels_are_scaled_and_brought_into_order() {
    let mut bytes = changed(112, &2f32.to_le_bytes());
    bytes[116..120].copy_from_slice(&(-1f32).to_le_bytes());
    let volume = decode(&bytes).unwrap().volume;
    assert_eq!((volume.channels, volume.shape, volume.rank), (1, [3, 4, 5], 3));
    for (x, y, z) in [(0, 0, 0), (2, 0, 0), (0, 3, 0), (0, 0, 4), (2, 1, 3)] {
        let stored = (x + 3 * y + 12 * z) as f32;
        assert_eq!(volume.data[(x * 4 + y) * 5 + z], 2.0 * stored - 1.0, "{x} {y} {z}");
    }
}

#[test]
fn units_become_millimetres_and_go_back() {
    for (code, size) in [(1u8, 1000.0), (2, 1.0), (3, 0.001)] {
        let decoded = decode(&changed(123, &[code])).unwrap();
        assert_eq!(decoded.volume.affine.spacing(), [size; 3]);
        let again = decode(&encode(&decoded.volume, Dtype::Int16, decoded.facts.frame).unwrap()).unwrap();
        assert_eq!(again.facts.frame.units, decoded.facts.frame.units);
        assert!((again.volume.affine.spacing()[0] - size).abs() < 1e-6 * size);
    }
}

#[test]
fn an_affine_beyond_32_bit_floats_is_not_written() {
    let frame = Frame { sform_code: 1, qform_code: 0, units: Units::Millimetre };
    for size in [1e39, 1e-42] {
        let matrix = [[size, 0.0, 0.0, 0.0], [0.0, size, 0.0, 0.0], [0.0, 0.0, size, 0.0], [0.0, 0.0, 0.0, 1.0]];
        assert_eq!(
            encode(&volume(1, [2, 2, 2], matrix), Dtype::Uint8, frame),
            Err(Error::AffineNotStorable),
            "{size:e}"
        );
    }
}

fn volume(channels: usize, shape: [usize; 3], affine: [[f64; 4]; 4]) -> Volume {
    let count = channels * shape.iter().product::<usize>();
    let data = (0..count).map(|index| (index * 7919 % 251) as f32).collect();
    Volume::new(channels, shape, data, Affine::new(affine).unwrap()).unwrap()
}

#[test]
fn what_is_written_reads_back() {
    let oblique = [[0.0, -1.5, 0.25, 7.0], [-0.9, 0.0, 0.0, -3.5], [0.0, 0.25, 1.5, 11.0], [0.0, 0.0, 0.0, 1.0]];
    for (channels, shape) in [(1, [3, 4, 5]), (2, [17, 1, 33]), (1, [130, 120, 70])] {
        let before = volume(channels, shape, oblique);
        for dtype in [Dtype::Uint8, Dtype::Int16, Dtype::Float32, Dtype::Float64] {
            for (sform_code, qform_code) in [(1, 1), (0, 1), (4, 0), (0, 0)] {
                let frame = Frame { sform_code, qform_code, units: Units::Millimetre };
                let after = decode(&encode(&before, dtype, frame).unwrap()).unwrap();
                assert_eq!(after.facts.dtype, dtype);
                assert_eq!((after.volume.channels, after.volume.shape), (channels, shape));
                assert!(after.volume.data == before.data, "{dtype:?} {shape:?}");
                let pairs = after.volume.affine.matrix().iter().flatten().zip(before.affine.matrix().iter().flatten());
                pairs.for_each(|(a, b)| assert!((a - b).abs() < 1e-5, "{a} {b}"));
            }
        }
    }
}
