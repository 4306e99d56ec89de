//! MONAI networks as graphs.
