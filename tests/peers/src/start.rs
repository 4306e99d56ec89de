//! Our provider beside a provider of equal schema on HashiCorp's Go framework.

use std::path::Path;
use std::process::Command;

use lab::{Terraform, root};

use crate::client::Identity;
use crate::error::Error;
use crate::measure::{interleaved, median};
use crate::plugin::{Start, start};
use crate::programs::{Ours, RUNTIME, file, find, go, machine, output};
use crate::report::{Goal, Report, Row};
use crate::{golang, plan, schema};

const PROVIDER: &str = "terraform-provider-monai";

/// Measures both providers and publishes the comparison `start`.
pub(crate) fn run(runs: usize, programs: &Ours) -> Result<(), Error> {
    let terraform = Terraform::find()?;
    let terraform = terraform.program();
    let go_version = output(Command::new(find("go", "install Go 1.25 or newer (https://go.dev/dl)")?).arg("version"))?;
    let peer = go(".", PROVIDER)?;
    let ours = programs.provider(PROVIDER, PROVIDER)?;
    let runtime = programs.program(&RUNTIME, "monai")?;
    let identity = identity()?;

    let (left, right) = (start(&ours, &identity)?, start(&peer, &identity)?);
    schema::compare(&left.answer, &right.answer)?;
    eprintln!("peers: start of {} attributes, {runs} runs", schema::size(&left.answer));
    let [left, right] = interleaved(runs, [&mut || start(&ours, &identity), &mut || start(&peer, &identity)])?;
    let plans = plan::measure(terraform, &ours, &peer, &runtime, runs)?;

    let mut rows = start_rows(&left, &right);
    rows.extend(plans);
    let settings = vec![
        ("machine", machine()),
        ("runs", format!("{runs} of each side in turn, after one that is not counted; medians")),
        ("ours", format!("{PROVIDER}, {}, {}", programs.described(), size(&ours))),
        ("peer", format!("terraform-plugin-framework, go build -trimpath -ldflags \"-s -w\", {}", size(&peer))),
        ("go", go_version.trim().to_owned()),
        ("terraform", output(Command::new(terraform).arg("version"))?.lines().next().unwrap_or_default().to_owned()),
        ("client", "mutual TLS with ECDSA P-521, stdio and broker streams open, as Terraform".to_owned()),
    ];
    Report { name: "start", settings, rows }.publish()
}

/// Writes the Go peer's schema from our provider's answer.
pub(crate) fn write_schema(programs: &Ours) -> Result<(), Error> {
    let gofmt = find("gofmt", "install Go 1.25 or newer (https://go.dev/dl)")?;
    let ours = programs.provider(PROVIDER, PROVIDER)?;
    let answer = start(&ours, &identity()?)?.answer;
    let path = root().join("tests/peers/go/schema.go");
    std::fs::write(&path, golang::text(&answer)?).map_err(|source| file("write", &path, source))?;
    output(Command::new(gofmt).arg("-w").arg(&path))?;
    println!("{}", path.display());
    Ok(())
}

pub(crate) fn identity() -> Result<Identity, Error> {
    Identity::read().map_err(|source| Error::Call { program: "the client".to_owned(), call: "with a key", source })
}

fn start_rows(ours: &[Start], peer: &[Start]) -> Vec<Row> {
    let milliseconds = |name: &str, read: fn(&Start) -> std::time::Duration| {
        let time = |start: &Start| read(start).as_secs_f64() * 1e3;
        Row::new(name, "ms", median(ours, time), median(peer, time))
    };
    let memory = |start: &Start| start.peak / 1e6;
    let memory = |name: &str| Row::new(name, "MB", median(ours, memory), median(peer, memory));
    vec![
        milliseconds("exec to handshake line", |start| start.line).goal(Goal::AtMost(3.0)),
        milliseconds("handshake line to schema", |start| start.schema).goal(Goal::AtMost(2.0)),
        milliseconds("exec to schema", |start| start.line + start.schema).goal(Goal::Ratio(1.0 / 3.0)),
        milliseconds("Shutdown to exit", |start| start.exit).goal(Goal::AtMost(5.0)),
        memory("peak RSS after schema").goal(Goal::AtMost(12.0)),
        memory("peak RSS after schema, beside Go").goal(Goal::Ratio(1.0 / 3.0)),
    ]
}

pub(crate) fn size(program: &Path) -> String {
    format!("{:.1} MB", megabytes(program))
}

pub(crate) fn megabytes(program: &Path) -> f64 {
    std::fs::metadata(program).map_or(f64::NAN, |facts| facts.len() as f64) / 1e6
}
