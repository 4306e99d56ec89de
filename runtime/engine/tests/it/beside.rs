//! What a request brings beside the image, through a real session.

use std::error::Error as _;

use monai_engine::{Answer, Options, Part, Session};
use monai_imaging::nifti::{self, Frame, Units};
use monai_imaging::{Affine, Dtype, Volume};
use monai_pipeline::{Input, Item, ItemKind, Pipeline, Study};

use crate::fixtures;
use crate::zoo::Case;

const LIMIT: u64 = 64 << 20;

struct Bundle {
    name: &'static str,
    session: Session,
    // The weights are read when the session is prepared.
    _case: Case,
}

impl Bundle {
    fn of(name: &'static str) -> Bundle {
        let case = Case::of((name.to_owned(), fixtures::manifest(&format!("bundles/{name}")))).expect("it is a bundle");
        let pipeline = Pipeline::open(case.bundle.path()).unwrap_or_else(|report| panic!("{name}: {report}"));
        let session = Session::prepare(pipeline, Options::threads(2)).expect("it can be prepared");
        Bundle { name, session, _case: case }
    }

    fn file(&self, file: &str) -> Vec<u8> {
        std::fs::read(fixtures::folder(&format!("bundles/{}", self.name)).join(file)).expect("it is committed")
    }

    fn input(&self) -> &Input {
        &self.session.pipeline().input
    }

    fn answer(&self, parts: &[(&str, &[u8])]) -> Answer {
        let parts: Vec<Part<'_>> = parts.iter().map(|(name, bytes)| Part { name: Some(name), bytes }).collect();
        self.session.predict(&parts, LIMIT).unwrap_or_else(|error| panic!("{}: {error:?}", self.name)).answer
    }

    fn refuses(&self, parts: &[(&str, &[u8])], words: &[&str]) {
        let parts: Vec<Part<'_>> = parts.iter().map(|(name, bytes)| Part { name: Some(name), bytes }).collect();
        let error = self.session.predict(&parts, LIMIT).expect_err("it is not what the bundle takes");
        let message = format!("{error}: {}", error.source().map(ToString::to_string).unwrap_or_default());
        for word in words {
            assert!(message.contains(word), "{}: `{message}` lacks `{word}`", self.name);
        }
        assert!(!message.contains("4711"), "{message}");
    }
}

fn item(key: &str, kind: ItemKind, required: bool) -> Item {
    Item { key: key.to_owned(), kind, required }
}

#[test]
fn clicks_guide_the_network_and_bad_ones_are_refused() {
    let bundle = Bundle::of("spleen_deepedit_annotation");
    let clicks = |key| item(key, ItemKind::Value, false);
    assert_eq!(bundle.input().items, [clicks("spleen"), clicks("background")]);
    assert!(bundle.input().parts.is_empty(), "channels that clicks become are no file's: {:?}", bundle.input().parts);
    let image = bundle.file("input.nii.gz");
    let good = || bundle.answer(&[("image", &image), ("spleen", &bundle.file("spleen.json"))]);
    let first = good();
    let without = bundle.answer(&[("image", &image)]);
    assert_eq!(bundle.answer(&[("spleen", b"[]"), ("image", &image), ("background", b"[]")]), without);
    assert_ne!(first, without, "clicks change the answer");
    let refuses = |clicks: &[u8], words: &[&str]| {
        bundle.refuses(&[("image", &image), ("spleen", clicks)], &[&["spleen"], words].concat());
    };
    refuses(b"[[1, 2, 3]", &["no JSON"]);
    refuses(b"", &["no JSON"]);
    refuses(&image, &["no JSON"]);
    refuses(b"{\"x\": 4711}", &["a list of points"]);
    refuses(b"[[4711, 2]]", &["points of 3 coordinates"]);
    refuses(&[b'['; 4096], &["no JSON"]);
    refuses(&vec![b' '; (1 << 20) + 1], &["1048577 bytes, at most 1048576"]);
    bundle.refuses(&[("image", &image), ("liver", b"[]")], &["`image`, `spleen`, `background`"]);
    bundle.refuses(&[("image", &image), ("spleen", b"[]"), ("spleen", b"[]")], &["`spleen` is there twice"]);
    bundle.refuses(&[("spleen", b"[]")], &["parts are missing"]);
    assert_eq!(good(), first, "the next good one is answered");
}

#[test]
fn a_mask_is_taken_with_the_picture_it_lies_on() {
    let bundle = Bundle::of("pathology_nuclei_classification");
    assert_eq!(bundle.input().items, [item("label", ItemKind::Image, true)]);
    let (image, mask) = (bundle.file("input.png"), bundle.file("label.png"));
    let good = || bundle.answer(&[("image", &image), ("label", &mask)]);
    let first = good();
    bundle.refuses(&[("image", &image)], &["parts are missing: `label`"]);
    bundle
        .refuses(&[("image", &image), ("label", &image)], &["`label` has 3 channels", "one channel of [128, 128, 1]"]);
    bundle.refuses(&[("image", &image), ("label", b"4711")], &["cannot decode"]);
    bundle.refuses(&[("image", &image), ("label", &mask), ("label", &mask)], &["twice"]);
    let plane = |offset: f64| {
        let mut matrix = *Affine::IDENTITY.matrix();
        matrix[0][3] = offset;
        let affine = Affine::new(matrix).expect("it has an inverse");
        let volume = Volume { channels: 1, shape: [128, 128, 1], rank: 2, data: vec![1.0; 128 * 128], affine };
        let frame = Frame { units: Units::Millimetre, qform_code: 0, sform_code: 1 };
        nifti::encode(&volume, Dtype::Uint8, frame).expect("it fits NIfTI-1")
    };
    bundle.answer(&[("image", &image), ("label", &plane(0.0))]);
    // The mask has what the image leaves of the limit.
    let parts = [("image", &image), ("label", &mask)].map(|(name, bytes)| Part { name: Some(name), bytes });
    let (picture, alone) = (4 * 3 * 128 * 128, 4 * 128 * 128);
    bundle.session.predict(&parts, picture + alone).expect("both fit");
    let error = bundle.session.predict(&parts, picture + alone - 1).expect_err("one byte is missing");
    let message = error.source().expect("it has a cause").to_string();
    assert!(message.contains(&format!("limit is {}", alone - 1)), "{message}");
    bundle.refuses(&[("image", &image), ("label", &plane(0.5))], &["`label` has 1 channels", "at another place"]);
    assert_eq!(good(), first);
}

#[test]
fn what_comes_beside_is_reckoned_with() {
    let check = |name, shape: &[usize], channels: usize| {
        let bundle = Bundle::of(name);
        let study = Study::for_bundle(bundle.session.pipeline(), shape, None).expect("it has such axes");
        assert_eq!(study.channels, channels, "{name}");
        bundle.session.estimate(&study).expect("its channels are the network's");
    };
    check("spleen_deepedit_annotation", &[44, 40, 24], 1);
    check("pathology_nuclei_classification", &[128, 128], 3);
}
