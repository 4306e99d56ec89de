//! The committed code in `src/generated` is what `proto/` compiles to.
//!
//! `UPDATE_GENERATED=1 cargo test -p tfplugin-rust generated` writes it anew.

use std::path::Path;

const FILES: [&str; 3] = ["tfplugin6.rs", "plugin.rs", "grpc.health.v1.rs"];

#[test]
fn generated_code_is_fresh() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let out = tempfile::tempdir().expect("temporary folder");
    let protos = [
        "tfplugin6.proto",
        "plugin/grpc_broker.proto",
        "plugin/grpc_controller.proto",
        "plugin/grpc_stdio.proto",
        "health/health.proto",
    ];
    let descriptors = protox::compile(protos, [root.join("proto")]).expect("the proto files compile");
    tonic_prost_build::configure()
        .out_dir(out.path())
        .generate_default_stubs(true)
        .build_transport(false)
        // What may be large is not copied out of a message.
        .bytes(".tfplugin6.DynamicValue")
        .bytes(".tfplugin6.RawState.json")
        .compile_fds(descriptors)
        .expect("the code is generated");
    for file in FILES {
        let body = std::fs::read_to_string(out.path().join(file)).expect("generated file");
        let source = if file == "grpc.health.v1.rs" {
            "// Generated from ../../proto by tests/generated.rs; do not edit.\n"
        } else {
            "// SPDX-License-Identifier: MPL-2.0\n// Generated from ../../proto by tests/generated.rs; do not edit.\n"
        };
        // The comments stand in the proto files; as documentation comments their indented lines would be run as Rust.
        let code = body
            .lines()
            .filter(|line| !line.trim_start().starts_with("///"))
            .flat_map(|line| [line, "\n"])
            .collect::<String>();
        let fresh = format!("{source}{code}");
        let committed = root.join("src/generated").join(file);
        if std::env::var_os("UPDATE_GENERATED").is_some() {
            std::fs::write(&committed, &fresh).expect("the generated file is written");
        }
        let found = std::fs::read_to_string(&committed).unwrap_or_default();
        assert!(
            found == fresh,
            "{file} differs from what proto/ compiles to; run UPDATE_GENERATED=1 cargo test -p tfplugin-rust generated"
        );
    }
}
