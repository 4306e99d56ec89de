use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::section::Section;
use super::{Report, plane};

const STYLE: &str = "body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:76rem;padding:0 1rem;color:#1b1b1f;\
background:#fff}h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}div.wide{overflow-x:auto}table{border-collapse:\
collapse;font-variant-numeric:tabular-nums}th,td{padding:.2rem .6rem;border-bottom:1px solid #ddd;text-align:right;\
white-space:nowrap}th.word,td.word{text-align:left}tr:hover td{background:#f5f5f8}figure{margin:1rem 0}figure img{\
background:#000;margin-right:.5rem;max-width:32%;vertical-align:top}";

impl Report {
    /// All of it as one HTML file that refers to nothing outside of itself. Pictures are parts of patients' images.
    pub fn html(&self) -> String {
        let mut body = format!("<h1>Evaluation of {}</h1>\n<table>\n", escaped(&self.model.name));
        for (word, value) in self.facts() {
            body.push_str(&format!(
                "<tr><th class=\"word\">{}</th><td class=\"word\">{}</td></tr>\n",
                escaped(word),
                escaped(&value)
            ));
        }
        body.push_str("</table>\n");
        body.push_str(&self.figures());
        for section in self.sections().iter().chain([&self.definitions()]) {
            body.push_str(&table(section));
        }
        format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
             content=\"width=device-width\">\n<title>Evaluation of {}</title>\n<style>{STYLE}</style>\n</head>\n\
             <body>\n{body}</body>\n</html>\n",
            escaped(&self.model.name),
        )
    }

    /// The worst cases, each with its planes.
    fn figures(&self) -> String {
        if self.pictures.is_empty() {
            return String::new();
        }
        let colour = |[red, green, blue]: [u8; 3], word: &str| {
            format!("<span style=\"background:#444;color:rgb({red},{green},{blue});padding:0 .3rem\">{word}</span>")
        };
        let mut text = format!(
            "<h2>Worst cases</h2>\n<p>Through the middle of the widest difference: {}, {}, {}.</p>\n",
            colour(plane::TRUTH, "truth"),
            colour(plane::ANSWER, "answer"),
            colour(plane::BOTH, "both"),
        );
        for (case, picture) in &self.pictures {
            let name = escaped(&self.case_name(*case));
            text.push_str("<figure>\n");
            for (title, png) in &picture.planes {
                let data = STANDARD.encode(png);
                text.push_str(&format!("<img alt=\"{title} of case {name}\" src=\"data:image/png;base64,{data}\">\n"));
            }
            text.push_str(&format!("<figcaption>case {name}</figcaption>\n</figure>\n"));
        }
        text
    }
}

fn table(section: &Section) -> String {
    let row = |tag: &str, cells: &[String]| {
        let cells = cells.iter().enumerate().map(|(column, cell)| {
            let class = if column < section.words { " class=\"word\"" } else { "" };
            format!("<{tag}{class}>{}</{tag}>", escaped(cell))
        });
        format!("<tr>{}</tr>\n", cells.collect::<String>())
    };
    let rows: String = section.rows.iter().map(|cells| row("td", cells)).collect();
    let head = row("th", &section.columns);
    format!("<h2>{}</h2>\n<div class=\"wide\"><table>\n{head}{rows}</table></div>\n", escaped(section.title))
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            other => out.push(other),
        }
    }
    out
}
