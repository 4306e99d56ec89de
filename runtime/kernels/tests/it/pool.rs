use monai_kernels::{Extent, Layout, Level, Pooling, Source, Span, pool};

use crate::naive::{block, numbers, unblock, worst};

#[test]
fn windows_give_their_largest_value_or_their_mean() {
    let (channels, size) = (18, [3, 5, 8]);
    let input = numbers(channels * size.iter().product::<usize>(), 1);
    let data = block(&input, channels);
    let span = |start, end, divisor| Span { start, end, divisor };
    let spans =
        [vec![span(0, 2, 3), span(1, 3, 2)], vec![span(0, 5, 5)], vec![span(0, 2, 3), span(1, 4, 3), span(6, 8, 4)]];
    let out = Extent { channels, size: [2, 1, 3] };
    for (pooling, maximum) in [(Pooling::Maximum, true), (Pooling::Mean, false)] {
        let mut expected = Vec::new();
        for channel in 0..channels {
            for x in &spans[0] {
                for y in &spans[1] {
                    for z in &spans[2] {
                        let mut values = Vec::new();
                        for i in x.start..x.end {
                            for j in y.start..y.end {
                                values.extend(
                                    (z.start..z.end).map(|k| f64::from(input[((channel * 3 + i) * 5 + j) * 8 + k])),
                                );
                            }
                        }
                        expected.push(if maximum {
                            values.into_iter().fold(f64::NEG_INFINITY, f64::max)
                        } else {
                            values.into_iter().sum::<f64>() / (x.divisor * y.divisor * z.divisor) as f64
                        });
                    }
                }
            }
        }
        for level in Level::available() {
            let source = Source { data: &data, layout: Layout::Blocked, channels, prologue: None };
            let mut output = vec![f32::NAN; out.blocked()];
            pool(level, pooling, &source, size, &spans, &mut output);
            let worst = worst(&unblock(&output, channels), &expected);
            assert!(worst < 1e-6, "{level}, {pooling:?}: {worst:e}");
        }
    }
}
