//! The exponential and what is made of it, for several values at once. The operations are the same on every processor,
//! and so are their results, bit for bit.

use pulp::Arch;

/// Where adding and taking it away rounds to the nearest integer: 1.5 times 2 to the 23rd.
const ROUND: f32 = 12_582_912.0;

/// e to the power of `x`, at most 2 units of the last place off (the polynomial is that of the Cephes library).
#[inline(always)]
fn exp(x: f32) -> f32 {
    const LN_2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4];
    const SERIES: [f32; 6] = [1.987_569_1e-4, 1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 0.5];
    let x = if x < -104.0 { -104.0 } else { x };
    let x = if x > 89.0 { 89.0 } else { x };
    let shifted = x.mul_add(std::f32::consts::LOG2_E, ROUND);
    let count = shifted - ROUND;
    let rest = count.mul_add(-LN_2[1], count.mul_add(-LN_2[0], x));
    let series = SERIES[1..].iter().fold(SERIES[0], |sum, &factor| sum.mul_add(rest, factor));
    let value = series.mul_add(rest * rest, rest) + 1.0;
    // Two steps, for the whole power of two may lie outside the normal numbers.
    let power = (shifted.to_bits() as i32).wrapping_sub(ROUND.to_bits() as i32);
    let half = power >> 1;
    value * two_to(half) * two_to(power.wrapping_sub(half))
}

#[inline(always)]
fn two_to(power: i32) -> f32 {
    f32::from_bits((power.wrapping_add(127) as u32) << 23)
}

/// 1 / (1 + e^-x) of each value.
pub(crate) fn sigmoid(values: &mut [f32]) {
    Arch::new().dispatch(|| {
        for value in values {
            *value = 1.0 / (1.0 + exp(-*value));
        }
    });
}

/// e^x of each value.
pub(crate) fn exponentials(values: &mut [f32]) {
    Arch::new().dispatch(|| {
        for value in values {
            *value = exp(*value);
        }
    });
}

/// Softmax over the channels, in place: one part of equal length, at most `N`, for each channel.
pub(crate) fn softmax<const N: usize>(channels: &mut [&mut [f32]]) {
    let length = channels.first().map_or(0, |first| first.len());
    let (mut most, mut sum) = ([f32::NEG_INFINITY; N], [0f32; N]);
    let (most, sum) = (&mut most[..length], &mut sum[..length]);
    let arch = Arch::new();
    for channel in channels.iter() {
        // A maximum that is NaN stays so.
        arch.dispatch(|| pair(most, channel, |most, value| if most >= value { most } else { value }));
    }
    for channel in channels.iter_mut() {
        arch.dispatch(|| pair(channel, most, |value, most| exp(value - most)));
        arch.dispatch(|| pair(sum, channel, |sum, value| sum + value));
    }
    for channel in channels.iter_mut() {
        arch.dispatch(|| pair(channel, sum, |value, sum| value / sum));
    }
}

#[inline(always)]
fn pair(values: &mut [f32], others: &[f32], act: impl Fn(f32, f32) -> f32) {
    for (value, &other) in values.iter_mut().zip(others) {
        *value = act(*value, other);
    }
}

/// log(1 + e^x), as `torch.logaddexp(0, x)` computes it.
pub(crate) fn softplus(value: f32) -> f32 {
    value.max(0.0) + (-value.abs()).exp().ln_1p()
}

#[cfg(test)]
mod tests {
    use super::exp;

    #[test]
    fn powers_of_e_are_at_most_2_units_of_the_last_place_off() {
        for step in -110_000..92_000 {
            let x = step as f32 / 1000.0 + 1e-4;
            let expected = f64::from(x).exp() as f32;
            let distance = exp(x).to_bits().abs_diff(expected.to_bits());
            assert!(distance <= 2, "exp({x}) is {:e}, expected {expected:e}", exp(x));
        }
        assert_eq!([exp(0.0), exp(f32::NEG_INFINITY), exp(f32::INFINITY)], [1.0, 0.0, f32::INFINITY]);
        assert!(exp(f32::NAN).is_nan());
    }
}
