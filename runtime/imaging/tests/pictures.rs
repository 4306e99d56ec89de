//! PNG and JPEG at their boundary: what MONAI's reader makes of the corpus (`tests/parity/pictures.py`), what is refused
//! and why, what is written.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use monai_imaging::picture::{self, Depth, Format, encode, overlay};
use monai_imaging::{Affine, Colours, Dtype, Error, Facts, Volume, decode};
use serde::Deserialize;

const LIMIT: u64 = 1 << 20;

#[derive(Deserialize)]
struct Fixture {
    pictures: BTreeMap<String, BTreeMap<String, Expected>>,
}

#[derive(Deserialize)]
struct Expected {
    dtype: String,
    shape: Vec<usize>,
    affine: Vec<Vec<f64>>,
    values: Vec<f32>,
}

fn corpus(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    std::fs::read(folder.join(name)).expect("the file is committed")
}

fn fixture() -> Fixture {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/parity/pictures.json");
    let text = std::fs::read(path).expect("the fixture is committed");
    serde_json::from_slice(&text).expect("the fixture is as its script writes it")
}

fn compare(name: &str, colours: &str, expected: &Expected) -> Result<(), String> {
    let colours = match colours {
        "as_stored" => Colours::AsStored,
        "grey" => Colours::Grey,
        "rgb" => Colours::Rgb,
        _ => Colours::Rgba,
    };
    let decoded = decode(&corpus(name), colours, LIMIT).map_err(|error| error.to_string())?;
    let (volume, Facts::Picture(facts)) = (decoded.volume, decoded.facts) else {
        return Err("is no picture".to_owned());
    };
    // PyTorch holds 16 bit without a sign as 32 bit.
    let dtype = if facts.dtype == Dtype::Uint16 { "int32" } else { "uint8" };
    if dtype != expected.dtype && expected.dtype != "bool" {
        return Err(format!("{dtype}, MONAI {}", expected.dtype));
    }
    let shape = [volume.channels, volume.shape[0], volume.shape[1]];
    if shape[..] != expected.shape || (volume.shape[2], volume.rank) != (1, 2) {
        return Err(format!("shape {shape:?}, MONAI {:?}", expected.shape));
    }
    let identity =
        expected.affine.iter().enumerate().all(|(row, line)| line[row] == 1.0 && line.iter().sum::<f64>() == 1.0);
    if volume.affine != Affine::IDENTITY || !identity {
        return Err("another affine than the identity".to_owned());
    }
    if volume.data != expected.values {
        let pairs = volume.data.iter().zip(&expected.values);
        let differing = pairs.clone().filter(|(ours, theirs)| ours != theirs).count();
        let most = pairs.map(|(ours, theirs)| (ours - theirs).abs()).fold(0.0, f32::max);
        return Err(format!("{differing} of {} values differ, by {most} at most", expected.values.len()));
    }
    Ok(())
}

#[test]
fn every_picture_is_as_monai_reads_it() {
    let pictures = fixture().pictures;
    assert!(pictures.len() > 25, "the fixture holds {} pictures", pictures.len());
    let cases =
        pictures.iter().flat_map(|(name, forms)| forms.iter().map(move |(form, expected)| (name, form, expected)));
    let wrong: Vec<String> = cases
        .filter_map(|(name, form, expected)| {
            compare(name, form, expected).err().map(|why| format!("{name} as {form}: {why}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn bad_pictures_are_refused_with_the_reason() {
    let check = |name: &str, expected: Error| {
        let found = decode(&corpus(name), Colours::AsStored, LIMIT).map(|decoded| decoded.volume.shape);
        assert_eq!(found, Err(expected), "{name}");
    };
    let (png, jpeg) = (Error::Damaged { format: "PNG" }, Error::Damaged { format: "JPEG" });
    check("png/bad-empty.png", Error::Empty);
    check("png/bad-signature.png", Error::UnknownFormat);
    check("png/bad-truncated.png", Error::CutOff { format: "PNG", found: 150 });
    check("png/bad-no-data.png", png.clone());
    check("png/bad-checksum.png", png.clone());
    check("png/bad-no-palette.png", png.clone());
    check("png/bad-colour-type.png", png.clone());
    check("png/bad-depth.png", png.clone());
    check("png/bad-huge.png", Error::TooLarge { needed: u64::MAX, limit: LIMIT });
    check("png/bad-bomb.png", Error::TooLarge { needed: 60000 * 60000 * 4, limit: LIMIT });
    check("png/bad-lying-extents.png", png.clone());
    check("png/bad-no-width.png", png);
    check("jpeg/bad-empty.jpg", Error::Empty);
    check("jpeg/bad-header-only.jpg", Error::CutOff { format: "JPEG", found: 609 });
    check("jpeg/bad-no-tables.jpg", jpeg.clone());
    check("jpeg/bad-truncated.jpg", Error::CutOff { format: "JPEG", found: 669 });
    check("jpeg/bad-huge.jpg", Error::TooLarge { needed: 65535 * 65535 * 12, limit: LIMIT });
    check("jpeg/bad-cmyk.jpg", Error::UnsupportedColours { format: "JPEG", found: "the colours of print (CMYK)" });
}

#[test]
fn a_header_that_promises_more_than_the_file_can_hold_allocates_nothing() {
    let bomb = corpus("png/bad-bomb.png");
    let expected = Error::Truncated { expected: 60000 * 60001, found: bomb.len() as u64 * 1032 };
    assert_eq!(picture::decode(&bomb, Colours::AsStored, u64::MAX).unwrap_err(), expected);
    let huge = corpus("jpeg/bad-huge.jpg");
    let expected = Error::Truncated { expected: 65535 * 65535, found: huge.len() as u64 * 512 };
    assert_eq!(picture::decode(&huge, Colours::AsStored, u64::MAX).unwrap_err(), expected);
}

#[test]
fn a_cut_off_picture_is_refused_wherever_it_ends() {
    for name in
        ["png/good-rgb-8.png", "png/good-interlaced.png", "jpeg/good-rgb-420.jpg", "jpeg/good-grey-progressive.jpg"]
    {
        let sound = corpus(name);
        // Without its last four bytes (of the checksum of the last chunk, of the end mark) nothing is missing of the picture.
        for length in 0..sound.len() - 16 {
            assert!(
                decode(&sound[..length], Colours::AsStored, LIMIT).is_err(),
                "{name} cut at {length} of {}",
                sound.len()
            );
        }
    }
}

#[test]
fn the_format_is_what_the_content_says() {
    assert_eq!(Format::of(&corpus("png/good-grey-8.png")), Some(Format::Png));
    assert_eq!(Format::of(&corpus("jpeg/good-grey.jpg")), Some(Format::Jpeg));
    assert!(matches!(
        decode(&corpus("nifti/good-int16.nii.gz"), Colours::AsStored, LIMIT).unwrap().facts,
        Facts::Nifti(_)
    ));
    assert_eq!(decode(b"BM, a bitmap", Colours::AsStored, LIMIT).unwrap_err(), Error::UnknownFormat);
}

fn plane(channels: usize, data: Vec<f32>, width: usize) -> Volume {
    let height = data.len() / channels / width;
    Volume { rank: 2, ..Volume::new(channels, [width, height, 1], data, Affine::IDENTITY).unwrap() }
}

#[test]
fn what_is_written_reads_back() {
    for channels in 1..=4 {
        for (depth, factor) in [(Depth::Eight, 1.0), (Depth::Sixteen, 257.0)] {
            let data = (0..channels * 6).map(|value| (value * 37 % 256) as f32).collect();
            let before = plane(channels, data, 3);
            let stored = Volume { data: before.data.iter().map(|value| value * factor).collect(), ..before.clone() };
            let after = decode(&encode(&stored, depth).unwrap(), Colours::AsStored, LIMIT).unwrap().volume;
            // Of 16 bit, only grey is read whole, and grey with opacity as colours.
            let expected = match (channels, depth) {
                (1, Depth::Sixteen) => stored,
                (2, Depth::Sixteen) => continue,
                _ => before,
            };
            assert_eq!(after, expected, "{channels} {depth:?}");
        }
    }
    let error = encode(&Volume::new(1, [2, 2, 2], vec![0.0; 8], Affine::IDENTITY).unwrap(), Depth::Eight).unwrap_err();
    assert_eq!(error, Error::NotAPicture { channels: 1, shape: [2, 2, 2] });
}

#[test]
fn an_overlay_shows_labels_in_colour() {
    let image = plane(1, vec![-100.0, 0.0, 50.0, 100.0, 200.0, 25.0], 3);
    let labels = plane(1, vec![0.0, 0.0, 0.0, 1.0, 2.0, 3.0], 3);
    let drawn = overlay(&image, &labels, [0.0, 100.0], &[[200, 0, 0], [0, 100, 0]], 0.5).unwrap();
    let levels = [[0.0, 0.0, 128.0, 228.0, 128.0, 132.0], [0.0, 0.0, 128.0, 128.0, 178.0, 32.0]];
    assert_eq!((drawn.channel(0), drawn.channel(1)), (&levels[0][..], &levels[1][..]));
    let narrow = plane(1, vec![0.0; 6], 2);
    let error = overlay(&image, &narrow, [0.0, 1.0], &[[1; 3]], 0.5).unwrap_err();
    assert_eq!(error, Error::StackShape { index: 1, expected: [3, 2, 1], found: [2, 3, 1] });
    assert!(overlay(&labels, &plane(2, vec![0.0; 12], 3), [0.0, 1.0], &[[1; 3]], 0.5).is_err());
}
