//! Readers of PyTorch and safetensors checkpoints.
