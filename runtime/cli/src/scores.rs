use monai_pipeline::Pipeline;
use monai_spec::api::{Score, Scores};

/// A classifier's numbers with the names of its classes, by the metadata's `channel_def`.
pub(crate) fn scores(pipeline: &Pipeline, numbers: &[f32]) -> Scores {
    let output = pipeline.metadata.output(&pipeline.answer.key);
    let label = |class: u32| output.and_then(|output| output.labels.get(&u64::from(class)).cloned());
    let score = |(class, number): (u32, &f32)| Score {
        class,
        label: label(class),
        score: number.is_finite().then_some(*number),
    };
    Scores { scores: (0..).zip(numbers).map(score).collect() }
}
