//! Networks on the code path of GPUs: see `tests/llvmpipe.rs`.
