//! Numbers of eight bits of precision, two in 32 bits.

/// Two numbers rounded to the nearest, ties to even: the first in the lower half.
pub(crate) fn pair(first: f32, second: f32) -> f32 {
    f32::from_bits(u32::from(round(first)) | u32::from(round(second)) << 16)
}

/// The two numbers of a pair.
pub(crate) fn halves(pair: f32) -> [f32; 2] {
    let bits = pair.to_bits();
    [f32::from_bits(bits << 16), f32::from_bits(bits & 0xFFFF_0000)]
}

/// Upper half of the nearest number that has no lower half.
fn round(value: f32) -> u16 {
    let bits = value.to_bits();
    if value.is_nan() {
        // Rounding could make it infinite.
        return (bits >> 16) as u16 | 0x40;
    }
    ((bits + 0x7FFF + (bits >> 16 & 1)) >> 16) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_is_taken_and_the_even_one_of_two() {
        let check = |value: f32, expected: f32| {
            for (found, place) in halves(pair(value, -value)).into_iter().zip([expected, -expected]) {
                assert!(found == place || found.is_nan() && place.is_nan(), "{value}: {found}, expected {place}");
            }
        };
        let step = 1.0 / 128.0;
        check(0.0, 0.0);
        check(1.0, 1.0);
        check(1.0 + step, 1.0 + step);
        check(1.0 + 0.49 * step, 1.0);
        check(1.0 + 0.5 * step, 1.0);
        check(1.0 + 0.51 * step, 1.0 + step);
        check(1.0 + 1.5 * step, 1.0 + 2.0 * step);
        check(2.0 - 0.25 * step, 2.0);
        check(f32::MAX, f32::INFINITY);
        check(f32::INFINITY, f32::INFINITY);
        check(f32::NAN, f32::NAN);
        check(f32::from_bits(0x7F80_0001), f32::NAN);
    }
}
