//! Runs a pipeline on a device.
