//! `monai evaluate BUNDLE DATASET`: how good is it on labelled cases?

mod bundle_model;
mod classes;
mod progress;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use monai_evaluation::report::Subject;
use monai_evaluation::{
    Better, Class, Conventions, Dataset, Evaluation, Metric, Model, Report, Store, Threshold, metric,
};
use monai_spec::quantity;

use crate::arguments::{Source, source};
use crate::print::print;
use crate::run::hide_panics;
use crate::{Error, settings};
use bundle_model::BundleModel;
use progress::Progress;

/// The status where a threshold is not met, and that of a wrong call or a case that failed.
const NOT_MET: u8 = 1;
const FAILED: u8 = 2;

/// The command's arguments.
pub fn command() -> Command {
    Command::new("evaluate")
        .about("Runs a bundle over labelled cases and says how good it is")
        .long_about(
            "Runs a bundle over the labelled cases of a datalist, compares each answer with its label, and prints each \
             case and their summary. Cases are called by number: the names of their files, which may name patients, are \
             in no output unless --names is given. The exit status is 0 where all thresholds are met, 1 where one is \
             not, and 2 where the call is wrong or a case failed.",
        )
        .after_long_help(format!(
            "Metrics of label maps, by class:\n{}\nMetrics of classifiers, over all cases:\n{}",
            described(&metric::list(false)),
            described(&metric::list(true)),
        ))
        .args(source())
        .arg(
            path("dataset", "DATASET")
                .required(true)
                .help("A datalist as the Medical Segmentation Decathlon writes them: JSON with lists of `image` and `label`")
                .long_help(
                    "A datalist as the Medical Segmentation Decathlon writes them: a JSON object with lists such as \
                     `testing`, each of objects with `image` (a path, or a list of paths) and `label` (a path, or the \
                     number of a class)",
                ),
        )
        .arg(text("section", "NAME").help("The list to take [default: `testing`, else `validation`]"))
        .arg(path("data-root", "DIR").long("data-root").help("Where its paths begin [default: the datalist's folder]"))
        .arg(path("against", "BUNDLE").long("against").help("Run this bundle too, as it is without --config and --set, and report the differences"))
        .arg(text("against-precision", "VALUE").help(
            "Run the bundle, or that of --against, in this precision too, and report the differences [default: that of \
             --precision]",
        ))
        .arg(
            text("class", "NUMBER=NAME")
                .action(ArgAction::Append)
                .value_parser(classes::parse)
                .help("A class of label maps and answers, such as 4=tumour; once for each, in place of those of the metadata"),
        )
        .arg(flag("include-background").help("Score the background as a class (MONAI's `include_background`)"))
        .arg(flag("count-empty").help(
            "Score dice, iou and volume_error where a label lacks the class too, as MONAI does with `ignore_empty=False`",
        ))
        .arg(text("min", "METRIC[:CLASS]=NUMBER").action(ArgAction::Append).help(
            "The least mean of a metric over classes and cases, or of one class, such as dice=0.8 or dice:spleen=0.9",
        ))
        .arg(text("max", "METRIC[:CLASS]=NUMBER").action(ArgAction::Append).help("The largest one, such as hd95=5"))
        .arg(
            text("worst", "NUMBER")
                .value_parser(value_parser!(u64).range(0..=100))
                .default_value("5")
                .help("How many of the worst cases are named, and shown in the HTML file"),
        )
        .arg(path("json", "FILE").long("json").help("Write all of it as JSON"))
        .arg(path("html", "FILE").long("html").help(
            "Write all of it as one HTML file. It holds pictures of the worst cases: parts of patients' images",
        ))
        .arg(flag("names").help("Call cases by the name of their image file. Names may name patients"))
        .arg(path("work", "DIR").long("work").help(
            "Keep the scores of finished cases here, and compute only what is missing or altered. No image, no name",
        ))
        .arg(
            text("memory", "SIZE").default_value("8GiB").value_parser(size).help(
                "How much memory cases at once may need together, as estimated. One that needs more by itself fails, with the figure",
            ),
        )
        .arg(
            text("jobs", "NUMBER")
                .value_parser(value_parser!(u64).range(1..=64))
                .default_value("2")
                .help("The most cases at once"),
        )
        .args(settings::OFFLINE.iter().map(settings::argument))
}

/// Runs the command. What is wrong with the call is told before anything is computed.
pub fn run(arguments: &ArgMatches) -> Result<ExitCode, Error> {
    evaluate(arguments).or_else(|error| {
        eprintln!("monai: {error}");
        Ok(ExitCode::from(FAILED))
    })
}

fn evaluate(arguments: &ArgMatches) -> Result<ExitCode, Error> {
    let file = |name: &str| arguments.get_one::<PathBuf>(name).map(PathBuf::as_path);
    let number = |name: &str| *arguments.get_one::<u64>(name).expect("it has a default");
    let settings = settings::offline(arguments)?;
    let other_settings = settings::against(arguments, "against-precision", &settings)?;
    [file("json"), file("html")].into_iter().flatten().try_for_each(check_folder)?;
    let section = arguments.get_one::<String>("section").map(String::as_str);
    let dataset = Dataset::open(file("dataset").expect("it is required"), section, file("data-root"))?;

    let source = Source::of(arguments);
    let folder = source.folder;
    let pipeline = bundle_model::open(&source)?;
    let named: Vec<Class> = arguments.get_many::<Class>("class").into_iter().flatten().cloned().collect();
    if let Some(twice) =
        named.iter().enumerate().find(|(at, class)| named[..*at].iter().any(|one| one.number == class.number))
    {
        return Err(Error::RepeatClass { number: twice.1.number });
    }
    let classes = classes::of(&pipeline, folder, &named)?;
    let thresholds = thresholds(arguments, &classes, dataset.is_classified())?;
    let given = file("against").map(Source::plain);
    let other = given.as_ref().or(other_settings.is_some().then_some(&source));
    let other = other.map(|other| bundle_model::open(other).map(|pipeline| (other, pipeline))).transpose()?;
    if let Some((other, pipeline)) = &other
        && classes::of(pipeline, other.folder, &named)? != classes
    {
        return Err(Error::OtherClasses { bundle: folder.to_owned(), against: other.folder.to_owned() });
    }
    let store = file("work").map(Store::open).transpose()?;
    let model = BundleModel::prepare(&source, pipeline, &settings)?;
    let other_settings = other_settings.as_ref().unwrap_or(&settings);
    let against = other.map(|(other, pipeline)| BundleModel::prepare(other, pipeline, other_settings)).transpose()?;
    let threads = rayon::ThreadPoolBuilder::new().num_threads(settings.threads).build_global();
    threads.map_err(|error| Error::Start(std::io::Error::other(error)))?;
    hide_panics();

    let conventions = Conventions {
        include_background: arguments.get_flag("include-background"),
        ignore_empty: !arguments.get_flag("count-empty"),
    };
    let (names, worst) = (arguments.get_flag("names"), number("worst") as usize);
    let progress = Progress::start(&dataset, names);
    let evaluation = Evaluation {
        dataset: &dataset,
        classes: &classes,
        model: &model,
        against: against.as_ref().map(|against| against as &dyn Model),
        conventions,
        limit: settings.max_volume,
        jobs: number("jobs") as usize,
        memory: number("memory"),
        store: store.as_ref(),
        pictures: if file("html").is_some() { worst } else { 0 },
    };
    let results = evaluation.run(&|number, event| progress.tell(number, event));
    progress.end();
    let subject = Subject {
        model: model.named(),
        against: against.as_ref().map(BundleModel::named),
        runtime_version: env!("CARGO_PKG_VERSION").to_owned(),
        dataset: &dataset,
        classes: &classes,
        conventions,
        thresholds: &thresholds,
        worst,
        names,
    };
    let report = Report::new(&subject, results);
    print(&report.table())?;
    let write = |path: &Path, text: String| {
        std::fs::write(path, text).map_err(|source| Error::Write { path: path.to_owned(), source })
    };
    file("json").map_or(Ok(()), |path| write(path, format!("{:#}\n", report.json())))?;
    file("html").map_or(Ok(()), |path| write(path, report.html()))?;
    Ok(match (report.failed(), report.is_met()) {
        (0, true) => ExitCode::SUCCESS,
        (0, false) => ExitCode::from(NOT_MET),
        _ => ExitCode::from(FAILED),
    })
}

fn thresholds(arguments: &ArgMatches, classes: &[Class], classified: bool) -> Result<Vec<Threshold>, Error> {
    let sides = [("min", Better::Higher), ("max", Better::Lower)];
    let written = sides.into_iter().flat_map(|(flag, side)| {
        arguments.get_many::<String>(flag).into_iter().flatten().map(move |text| (side, text))
    });
    written.map(|(side, text)| Ok(Threshold::parse(side, text, classes, classified)?)).collect()
}

/// A report that cannot be written must not show after hours.
fn check_folder(file: &Path) -> Result<(), Error> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let found = std::fs::metadata(folder)
        .and_then(|found| if found.is_dir() { Ok(()) } else { Err(std::io::Error::other("its folder is a file")) });
    found.map_err(|source| Error::Write { path: file.to_owned(), source })
}

fn described(metrics: &[Metric]) -> String {
    let line = |metric: &Metric| format!("  {:<13} {} ({} is better)\n", metric.name, metric.text, metric.better);
    metrics.iter().map(line).collect()
}

fn size(text: &str) -> Result<u64, String> {
    quantity::size(text).filter(|size| *size > 0).ok_or_else(|| "expected a size such as `8GiB`".to_owned())
}

fn text(name: &'static str, value: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value)
}

fn flag(name: &'static str) -> Arg {
    Arg::new(name).long(name).action(ArgAction::SetTrue)
}

fn path(name: &'static str, value: &'static str) -> Arg {
    Arg::new(name).value_name(value).value_parser(value_parser!(PathBuf))
}
