//! Kernels of every level against plain sums.

mod filter;
mod naive;
