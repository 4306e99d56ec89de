//! What an endpoint needs on a platform, as pure data.
