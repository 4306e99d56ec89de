//! Medical volumes and their codecs.
