//! MONAI transforms and their inverses.
