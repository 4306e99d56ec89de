//! The list of what may lie at the top level.

use std::collections::BTreeSet;

use crate::sources::files;

const TOP: [&str; 10] =
    ["Cargo.lock", "Cargo.toml", "LICENSE", "README.md", "docs", "examples", "modules", "provider", "runtime", "tests"];

#[test]
fn the_top_level_holds_only_what_the_design_names() {
    let top: BTreeSet<String> =
        files().iter().filter_map(|path| path.iter().next()).map(|part| part.to_string_lossy().into_owned()).collect();
    let strange: Vec<_> = top.iter().filter(|name| !name.starts_with('.') && !TOP.contains(&name.as_str())).collect();
    assert!(strange.is_empty(), "docs/architecture.md names no such top-level entry: {strange:?}");
}

#[test]
fn the_root_manifest_is_virtual() {
    let manifest = std::fs::read_to_string(crate::sources::root().join("Cargo.toml")).expect("the root has a manifest");
    assert!(!manifest.lines().any(|line| line.trim() == "[package]"), "Cargo.toml must not hold a package");
}
