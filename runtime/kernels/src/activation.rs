use crate::lanes::{LANES, Lanes};

/// An elementwise function of blocked maps.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Activation {
    /// Nothing.
    #[default]
    Identity,
    /// Negative values become zero.
    Relu,
    /// What lies outside of 0 to 6 becomes the nearer end.
    Relu6,
    /// Negative values are multiplied by the slope.
    LeakyRelu {
        /// The slope.
        slope: f32,
    },
    /// Negative values are multiplied by their channel's slope.
    Prelu {
        /// One per channel, filled up to whole blocks.
        slopes: Vec<f32>,
    },
    /// `scale * (x or alpha * (exp(x / steepness) - 1) where x is negative)`.
    Elu {
        /// How far below zero it goes.
        alpha: f32,
        /// Divides negative values.
        steepness: f32,
        /// Multiplies the result.
        scale: f32,
    },
    /// `x * (1 + erf(x / sqrt(2))) / 2`.
    Gelu,
    /// The same with `tanh(sqrt(2 / pi) * (x + 0.044715 * x^3))` in place of the error function.
    GeluTanh,
    /// `1 / (1 + exp(-x))`.
    Sigmoid,
    /// The hyperbolic tangent.
    Tanh,
    /// `x / (1 + exp(-alpha * x))`.
    Swish {
        /// The factor.
        alpha: f32,
    },
    /// `x * tanh(ln(1 + exp(x)))`.
    Mish,
}

/// A function of lanes. A closure would be compiled without the features of the processor, and where it is long not become part of
/// the loop that calls it.
pub(crate) trait Function<L>: Copy {
    /// Its value. Must be `#[inline(always)]`.
    ///
    /// # Safety
    /// The processor has the features of the lanes.
    unsafe fn of(self, x: L) -> L;
}

/// What is done with a function of lanes.
pub(crate) trait Visit<L: Lanes> {
    /// Does it.
    ///
    /// # Safety
    /// The processor has the features of the lanes.
    unsafe fn visit(self, function: impl Function<L>);
}

impl Activation {
    /// The function of one channel, for vectors of its voxels.
    pub(crate) fn of_channel(&self, channel: usize) -> Self {
        match self {
            Self::Prelu { slopes } => Self::LeakyRelu { slope: slopes[channel] },
            other => other.clone(),
        }
    }

    /// The function of the channels of one block, chosen outside of the loop in which it is used.
    ///
    /// # Safety
    /// The processor has the features of the lanes.
    #[inline(always)]
    pub(crate) unsafe fn with<L: Lanes>(&self, block: usize, visitor: impl Visit<L>) {
        // SAFETY: as for this function.
        unsafe {
            match self {
                Self::Identity => visitor.visit(Identity),
                Self::Relu => visitor.visit(Relu),
                Self::Relu6 => visitor.visit(Relu6),
                Self::LeakyRelu { slope } => visitor.visit(LeakyRelu(L::splat(*slope))),
                Self::Prelu { slopes } => visitor.visit(LeakyRelu(L::load(slopes[block * LANES..][..LANES].as_ptr()))),
                Self::Elu { alpha, steepness, scale } => visitor.visit(Elu {
                    alpha: L::splat(*alpha),
                    inverse: L::splat(1.0 / steepness),
                    scale: L::splat(*scale),
                }),
                Self::Gelu => visitor.visit(Gelu),
                Self::GeluTanh => visitor.visit(GeluTanh),
                Self::Sigmoid => visitor.visit(Sigmoid),
                Self::Tanh => visitor.visit(Tanh),
                Self::Swish { alpha } => visitor.visit(Swish(L::splat(*alpha))),
                Self::Mish => visitor.visit(Mish),
            }
        }
    }
}

macro_rules! functions {
    ($($name:ident $(<$lanes:ident>)? ($self:ident, $x:ident) $body:block)*) => {$(
        impl<L: Lanes> Function<L> for $name $(<$lanes>)? {
            #[inline(always)]
            unsafe fn of($self, $x: L) -> L {
                // SAFETY: as for this method.
                unsafe { $body }
            }
        }
    )*};
}

#[derive(Clone, Copy)]
struct Identity;
#[derive(Clone, Copy)]
struct Relu;
#[derive(Clone, Copy)]
struct Relu6;
#[derive(Clone, Copy)]
struct LeakyRelu<L>(L);
#[derive(Clone, Copy)]
struct Elu<L> {
    alpha: L,
    inverse: L,
    scale: L,
}
#[derive(Clone, Copy)]
struct Gelu;
#[derive(Clone, Copy)]
struct GeluTanh;
#[derive(Clone, Copy)]
struct Sigmoid;
#[derive(Clone, Copy)]
struct Tanh;
#[derive(Clone, Copy)]
struct Swish<L>(L);
#[derive(Clone, Copy)]
struct Mish;

functions! {
    Relu(self, x) { x.max(L::zero()) }
    Relu6(self, x) { x.max(L::zero()).min(L::splat(6.0)) }
    LeakyRelu<L>(self, x) { x.min(L::zero()).mul_add(self.0, x.max(L::zero())) }
    Elu<L>(self, x) {
        let below = exp(x.min(L::zero()).mul(self.inverse)).sub(L::splat(1.0));
        below.mul_add(self.alpha, x.max(L::zero())).mul(self.scale)
    }
    Gelu(self, x) {
        let half = x.mul(L::splat(0.5));
        erf(x.mul(L::splat(std::f32::consts::FRAC_1_SQRT_2))).mul_add(half, half)
    }
    GeluTanh(self, x) {
        let inner = x.mul(x).mul(x).mul_add(L::splat(0.044_715), x).mul(L::splat(0.797_884_6));
        let half = x.mul(L::splat(0.5));
        tanh(inner).mul_add(half, half)
    }
    Sigmoid(self, x) { sigmoid(x) }
    Tanh(self, x) { tanh(x) }
    Swish<L>(self, x) { x.mul(sigmoid(x.mul(self.0))) }
    Mish(self, x) {
        // tanh(ln(1 + e)) is n / (n + 2) with n = e * (e + 2); beyond 20 it is 1 in single precision.
        let e = exp(x.min(L::splat(20.0)));
        let two = L::splat(2.0);
        let n = e.mul(e.add(two));
        x.mul(n.div(n.add(two)))
    }
}

impl<L> Function<L> for Identity {
    #[inline(always)]
    unsafe fn of(self, x: L) -> L {
        x
    }
}

/// `exp`, to within two units in the last place, from the smallest normal number to the largest (the method of Cephes).
///
/// # Safety
/// The processor has the features of the lanes.
#[inline(always)]
pub(crate) unsafe fn exp<L: Lanes>(x: L) -> L {
    // SAFETY: as for this function.
    unsafe {
        let x = x.max(L::splat(-87.336_54)).min(L::splat(88.376_26));
        let n = x.mul(L::splat(std::f32::consts::LOG2_E)).round();
        // 2^127 is the largest power; what is left of 88.37 is below ln(2).
        let n = n.min(L::splat(127.0));
        // ln(2) in two parts, of which the first has few digits.
        let r = n.mul_add(L::splat(-0.693_359_4), x);
        let r = n.mul_add(L::splat(2.121_944_4e-4), r);
        let mut p = L::splat(1.987_569_1e-4);
        for coefficient in [1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 5e-1] {
            p = p.mul_add(r, L::splat(coefficient));
        }
        let e = p.mul_add(r.mul(r), r).add(L::splat(1.0));
        e.mul(n.exp2())
    }
}

/// # Safety
/// The processor has the features of the lanes.
#[inline(always)]
pub(crate) unsafe fn sigmoid<L: Lanes>(x: L) -> L {
    // SAFETY: as for this function.
    unsafe {
        let one = L::splat(1.0);
        one.div(exp(L::zero().sub(x)).add(one))
    }
}

/// Within 2e-7 of the hyperbolic tangent.
///
/// # Safety
/// The processor has the features of the lanes.
#[inline(always)]
unsafe fn tanh<L: Lanes>(x: L) -> L {
    // SAFETY: as for this function.
    unsafe {
        let one = L::splat(1.0);
        one.sub(L::splat(2.0).div(exp(x.add(x)).add(one)))
    }
}

/// The error function by a quotient of polynomials, to within a few units in the last place (the coefficients of Eigen).
///
/// # Safety
/// The processor has the features of the lanes.
#[inline(always)]
unsafe fn erf<L: Lanes>(x: L) -> L {
    // SAFETY: as for this function.
    unsafe {
        let x = x.max(L::splat(-4.0)).min(L::splat(4.0));
        let square = x.mul(x);
        let mut above = L::splat(-2.726_142_3e-10);
        for coefficient in
            [2.770_681_5e-8, -2.101_024e-6, -5.692_506_5e-5, -7.349_906e-4, -2.954_600_4e-3, -1.609_603_3e-2]
        {
            above = above.mul_add(square, L::splat(coefficient));
        }
        let mut below = L::splat(-1.456_607_2e-5);
        for coefficient in [-2.133_740_6e-4, -1.682_827e-3, -7.373_329e-3, -1.426_473_9e-2] {
            below = below.mul_add(square, L::splat(coefficient));
        }
        x.mul(above).div(below)
    }
}
