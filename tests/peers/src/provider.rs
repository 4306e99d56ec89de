//! Our framework beside HashiCorp's: two providers of the same three resources, kept in the state alone, under Terraform.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use lab::Terraform;

use crate::bench::{CASES, Case, SOURCE};
use crate::error::Error;
use crate::folder::Folder;
use crate::measure::{least, median};
use crate::metered::{Plan, Provider, plan};
use crate::plugin::start;
use crate::programs::{self, Ours, find, machine, output};
use crate::report::{Goal, Report, Row};
use crate::schema;
use crate::start::{identity, megabytes, size};

const PROGRAM: &str = "terraform-provider-bench";

/// The peer needs minutes for one plan of this, so it makes one, and none of more elements. Of those Terraform itself
/// compares all pairs for minutes, so ours makes one.
const SLOW: Case = Case::Set(1000);
const TOO_SLOW: Case = Case::Set(10_000);

/// The plans of one case, by side.
struct Plans {
    ours: Vec<Plan>,
    peer: Vec<Plan>,
    floor: Vec<Plan>,
}

/// Measures the cases of these names, or all where none is given, and publishes the comparison `provider`.
pub(crate) fn run(runs: usize, names: &[String], programs: &Ours) -> Result<(), Error> {
    let cases = chosen(names)?;
    let terraform = Terraform::find()?;
    let terraform = terraform.program();
    let go_version = output(Command::new(find("go", "install Go 1.25 or newer (https://go.dev/dl)")?).arg("version"))?;
    let peer = programs::go("./bench", PROGRAM)?;
    let ours = programs.provider("peers-provider", PROGRAM)?;
    let meter = programs.program(&["peers"], "peers-meter")?;
    let identity = identity()?;
    schema::compare(&start(&ours, &identity)?.answer, &start(&peer, &identity)?.answer)?;

    let (left, right) = (Provider::install("ours", &ours, &meter)?, Provider::install("go", &peer, &meter)?);
    let mut plans = BTreeMap::new();
    for case in cases {
        plans.insert(case.name(), (case, measure(terraform, case, &left, &right, runs)?));
    }
    let base = &plans[&CASES[0].name()].1;
    let mut rows =
        vec![Row::new("stripped program", "MB", megabytes(&ours), megabytes(&peer)).goal(Goal::AtMost(15.0))];
    for case in CASES.iter().filter(|case| plans.contains_key(&case.name())) {
        rows.extend(case_rows(*case, &plans[&case.name()].1, base));
    }
    let ours_of = |case: Case| plans.get(&case.name()).map(|(_, plans)| added(&plans.ours, &base.ours));
    if let (Some(few), Some(many)) = (ours_of(SLOW), ours_of(TOO_SLOW)) {
        // Ten times the elements; a fifth more is left for the noise of the machine.
        let row = Row::new("set of 10000 over set of 1000: provider's CPU", "times", many / few, f64::NAN);
        rows.push(row.goal(Goal::AtMost(12.0)));
    }
    let settings = vec![
        ("machine", machine()),
        ("runs", format!("{runs} of each side in turn, after one that is not counted; medians")),
        (
            "",
            format!(
                "one of the peer for {}; for {} one of ours, not warmed, none of the peer",
                SLOW.title(),
                TOO_SLOW.title()
            ),
        ),
        ("what", "terraform plan of a state that changes nothing; floor: as many terraform_data".to_owned()),
        ("CPU", "of all processes of the provider; \"added\": less those of a plan of 1 resource".to_owned()),
        ("ours", format!("{PROGRAM} on tfplugin-rust, {}, {}", programs.described(), size(&ours))),
        ("peer", format!("terraform-plugin-framework 1.19, go build -trimpath -ldflags \"-s -w\", {}", size(&peer))),
        ("go", go_version.trim().to_owned()),
        ("terraform", output(Command::new(terraform).arg("version"))?.lines().next().unwrap_or_default().to_owned()),
    ];
    Report { name: "provider", settings, rows }.publish()
}

/// The cases of these names, and the first, which tells what a start costs.
fn chosen(names: &[String]) -> Result<Vec<Case>, Error> {
    if let Some(strange) = names.iter().find(|name| !CASES.iter().any(|case| case.name() == **name)) {
        let known = CASES.map(Case::name).join(", ");
        return Err(Error::FindCase { found: strange.clone(), known });
    }
    let wanted = |case: &Case| names.is_empty() || *case == CASES[0] || names.contains(&case.name());
    Ok(CASES.into_iter().filter(wanted).collect())
}

fn measure(terraform: &Path, case: Case, ours: &Provider, peer: &Provider, runs: usize) -> Result<Plans, Error> {
    let folder = |side: &str, files: Vec<_>, provider: Option<&Provider>| {
        let provider = provider.map(|provider| (SOURCE, provider.folder()));
        Folder::prepare(&format!("provider/{}/{side}", case.name()), &files, provider)
    };
    let left = folder("ours", case.provided(), Some(ours))?;
    let right = folder("go", case.provided(), Some(peer))?;
    let floor = folder("terraform_data", case.floor(), None)?;
    let mut plans = Plans { ours: Vec::new(), peer: Vec::new(), floor: Vec::new() };
    let (first, last) = if case == TOO_SLOW { (1, 1) } else { (0, runs) };
    for round in first..=last {
        eprint!("\rpeers: {}, run {round} of {last} ", case.title());
        let measured = plan(terraform, &left, Some(ours))?;
        let alone = plan(terraform, &floor, None)?;
        let beside = match case {
            TOO_SLOW => None,
            SLOW if round != 1 => None,
            _ => Some(plan(terraform, &right, Some(peer))?),
        };
        if round > 0 {
            plans.ours.push(measured);
            plans.floor.push(alone);
            plans.peer.extend(beside);
        }
    }
    eprintln!();
    Ok(plans)
}

fn processor(plan: &Plan) -> f64 {
    plan.processor * 1e3
}

/// The processor time beyond that of a plan of one resource, in milliseconds.
fn added(plans: &[Plan], base: &[Plan]) -> f64 {
    median(plans, processor) - median(base, processor)
}

fn case_rows(case: Case, plans: &Plans, base: &Plans) -> Vec<Row> {
    let title = case.title();
    let row = |name: &str, unit: &'static str, value: fn(&Plan) -> f64| {
        Row::new(format!("{title}: {name}"), unit, median(&plans.ours, value), median(&plans.peer, value))
            .least(least(&plans.ours, value), least(&plans.peer, value))
    };
    let wall = row("plan", "s", |plan| plan.seconds).floor(median(&plans.floor, |plan| plan.seconds));
    let above = wall.above(format!("{title}: plan above the floor"));
    let (ours, peer) = (added(&plans.ours, &base.ours), added(&plans.peer, &base.peer));
    let alone = || row("peak RSS", "MB", |plan| plan.peak / 1e6);
    let memory = || alone().goal(Goal::Ratio(0.25));
    let cost = row("provider's CPU", "ms", processor);
    match case {
        Case::Items(1) => vec![wall, above.goal(Goal::AtMost(0.1)), cost.goal(Goal::Ratio(0.5)), memory()],
        Case::Items(count) => {
            let more = (count - 1) as f64;
            let each = || Row::new(format!("{title}: added CPU per resource"), "ms", ours / more, peer / more);
            vec![wall, above, cost, each().goal(Goal::AtMost(0.2)), each().goal(Goal::Ratio(0.5)), memory()]
        }
        Case::Set(count) => {
            let added = || Row::new(format!("{title}: added CPU"), "ms", ours, peer);
            let mut rows = vec![wall, above, cost];
            if case == SLOW {
                rows.push(added().goal(Goal::Ratio(0.01)));
            }
            // 20 ms for 1,000 elements, linear; of fewer, what does not grow with them is the larger part.
            rows.push(if count >= 1000 { added().goal(Goal::AtMost(count as f64 * 0.02)) } else { added() });
            rows.push(if case == TOO_SLOW { alone() } else { memory() });
            rows
        }
        Case::Blob(_) => vec![wall, above, cost.goal(Goal::Ratio(0.5)), memory()],
    }
}
