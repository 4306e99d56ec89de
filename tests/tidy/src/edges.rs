//! Which of our crates may use which, and what must never reach the provider.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

/// Each crate of the product with the crates of ours that it may use, tests included.
const ALLOWED: &[(&str, &[&str])] = &[
    ("tfplugin-derive", &[]),
    ("tfplugin-rust", &["tfplugin-derive"]),
    ("monai-spec", &[]),
    ("monai-bundle", &[]),
    ("monai-weights", &[]),
    ("monai-imaging", &[]),
    ("monai-transforms", &["monai-imaging", "monai-kernels"]),
    ("monai-networks", &[]),
    ("monai-kernels", &[]),
    ("monai-pipeline", &["monai-bundle", "monai-imaging", "monai-networks", "monai-transforms", "monai-weights"]),
    (
        "monai-engine",
        &[
            "monai-bundle",
            "monai-imaging",
            "monai-kernels",
            "monai-networks",
            "monai-pipeline",
            "monai-transforms",
            "monai-weights",
        ],
    ),
    ("monai-evaluation", &["monai-imaging"]),
    ("monai-server", &["monai-spec"]),
    ("monai-supervisor", &["monai-spec"]),
    (
        "monai-cli",
        &[
            "monai-bundle",
            "monai-engine",
            "monai-evaluation",
            "monai-imaging",
            "monai-pipeline",
            "monai-server",
            "monai-spec",
            "monai-supervisor",
            "monai-transforms",
        ],
    ),
    ("monai-deploy", &["monai-spec"]),
    ("monai-deploy-local", &["monai-deploy", "monai-spec", "monai-supervisor"]),
    (
        "terraform-provider-monai",
        &["monai-deploy", "monai-deploy-local", "monai-pipeline", "monai-spec", "tfplugin-derive", "tfplugin-rust"],
    ),
];

/// What the provider must not contain, by the beginning of the package's name.
const NOT_IN_PROVIDER: [&str; 4] = ["burn", "cubecl", "wgpu", "dicom"];

fn metadata() -> Metadata {
    MetadataCommand::new().manifest_path(crate::sources::root().join("Cargo.toml")).exec().expect("cargo metadata runs")
}

#[test]
fn crates_depend_only_where_the_design_allows() {
    let metadata = metadata();
    let allowed: BTreeMap<&str, &[&str]> = ALLOWED.iter().copied().collect();
    let ours: BTreeSet<String> = metadata.workspace_packages().iter().map(|package| package.name.to_string()).collect();
    let mut wrong = Vec::new();
    for package in metadata.workspace_packages() {
        let root = crate::sources::root();
        let folder = package
            .manifest_path
            .strip_prefix(root.to_str().expect("the root is UTF-8"))
            .expect("ours lie below the root");
        if folder.starts_with("tests") {
            continue;
        }
        let Some(list) = allowed.get(package.name.as_str()) else {
            wrong.push(format!("{} is missing from the list in tests/tidy", package.name));
            continue;
        };
        for dependency in &package.dependencies {
            if ours.contains(&dependency.name)
                // Every reader's tests may fuzz it.
                && !(dependency.name == "fuzz" && dependency.kind == DependencyKind::Development)
                && dependency.name != *package.name
                && !list.contains(&dependency.name.as_str())
            {
                wrong.push(format!("{} must not use {}", package.name, dependency.name));
            }
        }
    }
    assert!(wrong.is_empty(), "docs/architecture.md forbids: {wrong:#?}");
}

#[test]
fn the_provider_links_no_tensor_or_image_library() {
    let metadata = metadata();
    let Some(provider) = metadata.packages.iter().find(|package| package.name.as_str() == "terraform-provider-monai")
    else {
        panic!("the workspace has no package terraform-provider-monai");
    };
    let graph = metadata.resolve.as_ref().expect("cargo metadata resolves");
    let nodes: BTreeMap<_, _> = graph.nodes.iter().map(|node| (&node.id, node)).collect();
    let names: BTreeMap<_, _> = metadata.packages.iter().map(|package| (&package.id, package.name.as_str())).collect();
    let (mut seen, mut queue) = (BTreeSet::from([&provider.id]), VecDeque::from([&provider.id]));
    while let Some(id) = queue.pop_front() {
        let name = names[id];
        assert!(!NOT_IN_PROVIDER.iter().any(|start| name.starts_with(start)), "terraform-provider-monai links {name}");
        for dependency in &nodes[id].deps {
            let normal = dependency.dep_kinds.iter().any(|kind| kind.kind == DependencyKind::Normal);
            if normal && seen.insert(&dependency.pkg) {
                queue.push_back(&dependency.pkg);
            }
        }
    }
}
