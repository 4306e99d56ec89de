//! What `cargo peers provider` plans: configurations with their states, so that a plan changes nothing.

use serde_json::{Map, Value, json};

/// One configuration of resources that are in the state already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Case {
    /// So many `bench_item`, each with eleven attributes.
    Items(usize),
    /// One `bench_set` with a set of so many objects of four attributes.
    Set(usize),
    /// One `bench_blob` with a text of so many MiB.
    Blob(usize),
}

pub(crate) const CASES: [Case; 7] = [
    Case::Items(1),
    Case::Items(100),
    Case::Items(1000),
    Case::Set(100),
    Case::Set(1000),
    Case::Set(10_000),
    Case::Blob(64),
];

/// The peer's source address.
pub(crate) const SOURCE: &str = "registry.terraform.io/monai-rs/bench";

impl Case {
    /// Its name on the command line.
    pub(crate) fn name(self) -> String {
        match self {
            Self::Items(count) => format!("items-{count}"),
            Self::Set(count) => format!("set-{count}"),
            Self::Blob(size) => format!("blob-{size}"),
        }
    }

    /// As the table calls it.
    pub(crate) fn title(self) -> String {
        match self {
            Self::Items(1) => "1 resource".to_owned(),
            Self::Items(count) => format!("{count} resources"),
            Self::Set(count) => format!("set of {count}"),
            Self::Blob(size) => format!("value of {size} MiB"),
        }
    }

    fn kind(self) -> &'static str {
        match self {
            Self::Items(_) => "item",
            Self::Set(_) => "set",
            Self::Blob(_) => "blob",
        }
    }

    fn count(self) -> usize {
        match self {
            Self::Items(count) => count,
            Self::Set(_) | Self::Blob(_) => 1,
        }
    }

    /// What a user writes for one resource that is called `index`. The large value of a set or of a blob is `large`.
    fn configured(self, index: &str, large: Value) -> Map<String, Value> {
        let object = match self {
            Self::Items(_) => json!({
                "name": format!("item-{index}"), "description": format!("Item number {index}."), "size": 42, "ratio": 0.25,
                "tags": { "team": "imaging", "place": format!("number {index}") }, "zones": ["a", "b", "c"], "owners": ["x", "y"],
                "limits": { "cpu": 2, "memory": 4_294_967_296_u64 },
            }),
            Self::Set(_) => json!({ "name": format!("set-{index}"), "rules": large }),
            Self::Blob(_) => json!({ "name": format!("blob-{index}"), "value": large }),
        };
        let Value::Object(object) = object else { unreachable!("it is written as an object") };
        object
    }

    /// The large value itself; null where there is none.
    fn large(self) -> Value {
        let rule = |port| json!({ "name": format!("rule-{port}"), "port": port, "source": "10.0.0.0/8" });
        match self {
            Self::Items(_) => Value::Null,
            Self::Set(count) => (1..=count).map(rule).collect(),
            Self::Blob(size) => "0123456789abcde\n".repeat(size << 16).into(),
        }
    }

    /// A folder's files for a provider of the benchmark.
    pub(crate) fn provided(self) -> Vec<(&'static str, String)> {
        let large = match self {
            Self::Set(_) => json!("${jsondecode(file(\"${path.module}/large.txt\"))}"),
            _ => json!("${file(\"${path.module}/large.txt\")}"),
        };
        let mut configured = self.configured("${count.index}", large);
        configured.insert("count".to_owned(), self.count().into());
        let kind = format!("bench_{}", self.kind());
        let attributes = |index: &str| {
            let mut known = self.configured(index, self.large());
            known.insert("id".to_owned(), format!("{}-{}", self.kind(), known["name"].as_str().unwrap_or("")).into());
            match self {
                Self::Items(_) => {
                    known.extend([("mode".to_owned(), "standard".into()), ("enabled".to_owned(), true.into())])
                }
                Self::Set(_) => {
                    let rules = known["rules"].as_array_mut().into_iter().flatten();
                    rules.for_each(|rule| rule["enabled"] = true.into());
                }
                Self::Blob(_) => {}
            }
            Value::Object(known)
        };
        let requirement = json!({ "required_providers": { "bench": { "source": SOURCE } } });
        self.files(&kind, SOURCE, json!({ "terraform": requirement }), configured, attributes)
    }

    /// A folder's files for as many `terraform_data`, without a provider. They are given no values: those they would keep
    /// twice, which costs Terraform more than a provider's.
    pub(crate) fn floor(self) -> Vec<(&'static str, String)> {
        let mut configured = Map::new();
        configured.insert("count".to_owned(), self.count().into());
        let attributes = |index: &str| json!({ "id": index, "input": null, "output": null, "triggers_replace": null });
        self.files("terraform_data", "terraform.io/builtin/terraform", json!({}), configured, attributes)
    }

    fn files(
        self,
        kind: &str,
        source: &str,
        mut configuration: Value,
        configured: Map<String, Value>,
        attributes: impl Fn(&str) -> Value,
    ) -> Vec<(&'static str, String)> {
        configuration["resource"] = json!({ kind: { "one": configured } });
        let instance = |index: usize| {
            let attributes = attributes(&index.to_string());
            json!({ "index_key": index, "schema_version": 0, "attributes": attributes, "sensitive_attributes": [] })
        };
        let resource = json!({
            "mode": "managed", "type": kind, "name": "one", "provider": format!("provider[\"{source}\"]"),
            "instances": (0..self.count()).map(instance).collect::<Value>(),
        });
        let state = json!({
            "version": 4, "terraform_version": "1.0.0", "serial": 1, "lineage": "peers", "outputs": {},
            "resources": [resource], "check_results": null,
        });
        let large = match self.large() {
            Value::Null => None,
            Value::String(text) => Some(("large.txt", text)),
            value => Some(("large.txt", value.to_string())),
        };
        [("main.tf.json", configuration.to_string()), ("terraform.tfstate", state.to_string())]
            .into_iter()
            .chain(large)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(files: &[(&str, String)], name: &str) -> Value {
        let (_, text) = files.iter().find(|(found, _)| *found == name).expect("the file is there");
        serde_json::from_str(text).expect("it is JSON")
    }

    #[test]
    fn a_state_has_what_the_configuration_asks_for() {
        for (case, count) in [(Case::Items(3), 3), (Case::Set(5), 1)] {
            for files in [case.provided(), case.floor()] {
                let (main, state) = (file(&files, "main.tf.json"), file(&files, "terraform.tfstate"));
                let resources = main["resource"].as_object().expect("resources");
                let (kind, bodies) = resources.iter().next().expect("a resource");
                assert_eq!(bodies["one"]["count"], count);
                assert_eq!(state["resources"][0]["type"], json!(kind));
                assert_eq!(state["resources"][0]["instances"].as_array().map(Vec::len), Some(count), "{case:?}");
            }
        }
    }

    #[test]
    fn the_values_of_a_set() {
        let provided = file(&Case::Set(2).provided(), "terraform.tfstate");
        let rules = &provided["resources"][0]["instances"][0]["attributes"]["rules"];
        assert_eq!(rules[1], json!({ "name": "rule-2", "port": 2, "source": "10.0.0.0/8", "enabled": true }));
        let floor = file(&Case::Set(2).floor(), "terraform.tfstate");
        assert_eq!(floor["resources"][0]["instances"][0]["attributes"]["input"], Value::Null);
    }
}
