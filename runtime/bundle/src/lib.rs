//! The MONAI bundle language.
