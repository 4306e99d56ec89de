//! Kernels of every level against plain loops in double precision.

mod activation;
mod attention;
mod combine;
mod depthwise;
mod filter;
mod gather;
mod layer_norm;
mod naive;
mod pool;
mod resize;
mod statistics;
