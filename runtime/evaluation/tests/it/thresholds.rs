use std::path::Path;

use monai_evaluation::{Better, Threshold, Unit, metric};

use crate::classes;

#[test]
fn thresholds_are_read_or_refused() {
    let known = classes(&["background", "spleen", "left kidney: upper", "tumour", "tumour"]);
    let check = |side: Better, text: &str, classified: bool, expected: Result<&str, &str>| match (
        Threshold::parse(side, text, &known, classified),
        expected,
    ) {
        (Ok(threshold), Ok(text)) => assert_eq!(threshold.text, text),
        (Err(error), Err(words)) => assert!(error.to_string().contains(words), "{text}: `{error}` lacks `{words}`"),
        (found, expected) => panic!("{text}: found {found:?}, expected {expected:?}"),
    };
    let (min, max) = (Better::Higher, Better::Lower);
    check(min, "dice=0.8", false, Ok("dice >= 0.8"));
    check(min, "dice:spleen=0.9", false, Ok("dice:spleen >= 0.9"));
    check(min, "iou:1=0.9", false, Ok("iou:1 >= 0.9"));
    check(min, "iou:left kidney: upper=.5", false, Ok("iou:left kidney: upper >= 0.5"));
    check(max, "hd95=5", false, Ok("hd95 <= 5"));
    check(min, "auc:spleen=0.9", true, Ok("auc:spleen >= 0.9"));
    check(min, "dice", false, Err("is not METRIC=NUMBER"));
    check(min, "dice=high", false, Err("is not METRIC=NUMBER"));
    check(min, "dice=NaN", false, Err("is not METRIC=NUMBER"));
    check(max, "hd95=inf", false, Err("is not METRIC=NUMBER"));
    check(min, "dise=0.8", false, Err("names no metric; expected one of dice, iou, asd"));
    check(min, "auc=0.8", false, Err("names no metric"));
    check(min, "dice=0.8", true, Err("expected one of correct, auc"));
    check(min, "dice:liver=0.8", false, Err("names 0 classes by that name; expected one of `background`, `spleen`"));
    check(min, "dice:tumour=0.8", false, Err("names 2 classes by that name"));
    check(min, "hd95=5", false, Err("lower hd95 is better; give it to --max"));
    check(max, "dice=0.8", false, Err("higher dice is better; give it to --min"));
}

#[test]
fn the_reference_explains_every_metric() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/evaluate.md");
    let page = std::fs::read_to_string(page).expect("the page is committed");
    for classified in [false, true] {
        let row = |metric: &metric::Metric| {
            let unit = if metric.unit == Unit::Mm { "mm" } else { "share" };
            format!("| `{}` | {unit} | {} | {} |\n", metric.name, metric.better, metric.text)
        };
        let rows: String = metric::list(classified).iter().map(row).collect();
        assert!(page.contains(&rows), "docs/reference/evaluate.md lacks\n{rows}");
    }
}
