use monai_bundle::Value;
use serde_json::json;

use crate::config;

fn evaluate(expression: &str) -> Result<Value, monai_bundle::Error> {
    let items = json!({
        "imports": ["$import os", "$import numpy as np", "$from monai.utils import CommonKeys as Keys", "$import scripts"],
        "bundle_root": "/workspace/somewhere",
        "x": expression,
        "n": 3,
        "half": 0.5,
        "name": "spleen",
        "sizes": [16, 32, 64],
        "yes": true,
        "none": null,
        "labels": {"a": 1, "b": {"c": [5, 6]}},
        "device": "$torch.device('cuda:0' if torch.cuda.is_available() else 'cpu')",
        "network_def": {"_target_": "UNet", "spatial_dims": "@n"},
        "boom": "$os.system('true')",
    });
    config(&items.to_string())?.resolve("x")
}

#[test]
fn values() {
    let check = |expression: &str, expected: serde_json::Value| {
        let found = evaluate(expression).unwrap_or_else(|error| panic!("{expression}: {error}"));
        assert_eq!(found.to_json(), expected, "{expression}");
    };
    check("$1 + 2 * 3", json!(7));
    check("$(1 + 2) * 3", json!(9));
    check("$2 ** 3 ** 2", json!(512));
    check("$-2 ** 2", json!(-4));
    check("$7 // 2", json!(3));
    check("$-7 // 2", json!(-4));
    check("$-7 % 3", json!(2));
    check("$7 % -3", json!(-2));
    check("$7 / 2", json!(3.5));
    check("$6 / 2", json!(3.0));
    check("$2 ** -1", json!(0.5));
    check("$-7.5 // 2", json!(-4.0));
    check("$1e-3", json!(0.001));
    check("$1_000", json!(1000));
    check("$'a' + \"b\" 'c'", json!("abc"));
    check("$@bundle_root + '/models/model.pt'", json!("./models/model.pt"));
    check("$os.path.join(@bundle_root, 'models', 'model.pt')", json!("./models/model.pt"));
    check("$os.path.join('a/', '/b', 'c')", json!("/b/c"));
    check("$'ab' * 2", json!("abab"));
    check("$[0, 1] * 2", json!([0, 1, 0, 1]));
    check("$(0,) * @n", json!([0, 0, 0]));
    check("$[0] + [1, 2]", json!([0, 1, 2]));
    check("$[]*4", json!([]));
    check("$1, 2", json!([1, 2]));
    check("${'a': 1, 'b': [True, None]}", json!({"a": 1, "b": [true, null]}));
    check("$len(@sizes)", json!(3));
    check("$@sizes[0] + @sizes[-1]", json!(80));
    check("$@sizes[1:]", json!([32, 64]));
    check("$@sizes[:-1]", json!([16, 32]));
    check("$@labels['a']", json!(1));
    check("$@labels::b::c::1", json!(6));
    check("$@labels#b#c#1 + 1", json!(7));
    check("$1 < @n <= 3", json!(true));
    check("$not @yes", json!(false));
    check("$@none is None", json!(true));
    check("$@none is not None and @n == 3", json!(false));
    check("$0 or 'default'", json!("default"));
    check("$2 in [1, 2]", json!(true));
    check("$'z' not in 'abc'", json!(true));
    check("$@sizes[::]", json!([16, 32, 64]));
    check("$@sizes[::-1]", json!([64, 32, 16]));
    check("$@sizes[-1:0:-1]", json!([64, 32]));
    check("$@sizes[10::2]", json!([]));
    check("$@name[1:-1:2] + @name[-1]", json!("pen"));
    check("$[0, *@sizes, *[]]", json!([0, 16, 32, 64]));
    check("$max(*@sizes)", json!(64));
    check("$@n if @yes else @boom", json!(3));
    check("$torch.float32", json!("torch.float32"));
    check("$numpy.float32", json!("numpy.float32"));
    check("$np.uint8", json!("numpy.uint8"));
    check("$torch.float", json!("torch.float32"));
    check("$torch.float == torch.float32", json!(true));
    check("$monai.data.PILReader", json!("monai.data.PILReader"));
    check("$monai.data.list_data_collate", json!("monai.data.list_data_collate"));
    check(
        "$monai.networks.nets.vista3d132(in_channels=@n)",
        json!({"_target_": "monai.networks.nets.vista3d132", "_id_": "x", "in_channels": 3}),
    );
    check("$Keys.IMAGE", json!("image"));
    check("$monai.utils.CommonKeys.PRED", json!("pred"));
    check("$int(@half * 4)", json!(2));
    check("$max(@sizes)", json!(64));
    check("$list(range(1, @n))", json!([1, 2]));
    check("$torch.device('cuda:0' if torch.cuda.is_available() else 'cpu')", json!("cpu"));
    check("$not os.path.exists('/etc/passwd')", json!(true));
    check("$not os.path.exists('../..')", json!(true));
    check("$@network_def.to(@device)", json!({"_target_": "UNet", "_id_": "network_def", "spatial_dims": 3}));
    check("$lambda x:x[ 1 : ]", json!("lambda x: x[1:]"));
    check(
        "$lambda x: torch.where(x[[2]] > 0,4,torch.where(x[[0]]>0, 1, 0))",
        json!("lambda x: torch.where(x[[2]] > 0, 4, torch.where(x[[0]] > 0, 1, 0))"),
    );
    check("$lambda x: x[@n, :, :, :]", json!("lambda x: x[3, :, :, :]"));
    check("$lambda x: x.reshape((1, *@sizes))", json!("lambda x: x.reshape((1, *[16, 32, 64]))"));
    check(
        "$lambda np: np.max(axis=np) + Keys.IMAGE",
        json!("lambda np: np.max(axis=np) + monai.utils.CommonKeys.IMAGE"),
    );
    check("$lambda x: np.max(x.np, os=@name)", json!("lambda x: numpy.max(x.np, os='spleen')"));
    check("$import glob", json!("glob"));
}

#[test]
fn refusals_name_expression_and_id() {
    let check = |expression: &str, words: &str| {
        let error = evaluate(expression).expect_err(expression);
        let text = error.to_string();
        assert!(text.contains(words), "{expression}: {text}");
        assert!(text.contains("`x`"), "{expression}: {text}");
        assert_eq!(error.file(), "configs/inference.json");
    };
    check("$__import__('os').system('true')", "`__import__` is not allowed");
    check("$os.system('true')", "function `os.system` is not allowed");
    check("$().__class__.__bases__", "attributes of values are not supported");
    check("$eval('1')", "`eval` is not allowed");
    check("$open('/etc/passwd')", "`open` is not allowed");
    check("$scripts.run(@n)", "`scripts.run` is not allowed");
    check("$torch.load('x')", "`torch.load` is not allowed");
    check("$os.environ", "name `os.environ` is not allowed");
    check("$[i for i in @sizes]", "comprehensions are not supported");
    check("$f'{1}'", "prefix `f`");
    check("$@name.format(1)", "method `format` of a string");
    check("$@network_def.cuda()", "method `cuda` of a component");
    check("$glob.glob('*')", "the name `glob` is not defined; no import line");
    check("$math.pi", "the name `math` is not defined");
    check("$nmupy", "the name `nmupy` is not defined");
    check("$np.flaot32", "name `numpy.flaot32` is not allowed in a bundle; did you mean `numpy.float32`?");
    check("$os.path.jion('a')", "did you mean `os.path.join`?");
    check("$monai.networks.nets.UNet(3)", "takes its arguments by name");
    check("$monai.networks.nets.UNet(a=1, a=2)", "the argument `a` is given twice");
    check("$monai.utils.set_determinism(seed=0)", "function `monai.utils.set_determinism` is not allowed");
    check("$monai.__init__.X", "is not allowed");
    check("$@sizes[::0]", "the step of a slice is 0");
    check("$*3,", "`*` of an integer");
    check("$(*@sizes)", "`*` outside a list");
    check("$*@sizes", "`*` outside a list");
    check("$f(**@labels)", "`**` arguments");
    check("$1 +", "ends where a value is expected");
    check("$(1", "expected `)`");
    check("$x = 1", "assignment is not supported");
    check("$'a", "string is not closed");
    check("$1 / 0", "division by zero");
    check("$9223372036854775807 + 1", "does not fit in 64 bits");
    check("$10 ** 40", "does not fit in 64 bits");
    check("$'a' + 1", "Add of a string and an integer");
    check("$[0] * 1000000", "longer than");
    check("$'a' * 1000000", "longer than");
    check("$@sizes[7]", "index 7 lies outside a list of 3");
    check("$lambda x: @network_def", "`@network_def` in a lambda is a component");
    check("$lambda x: @nothing", "`@nothing` is not defined");
    check("$@missing + 1", "`@missing` is not defined");
    check("@missing", "`@missing` is not defined");
    check("$@x + 1", "circular reference: `x` -> `x`");
    check("$$", "not expected");
    check("$", "empty");
    check(&format!("${}1", "-".repeat(500)), "nested deeper");
    check(&format!("${}1{}", "(".repeat(500), ")".repeat(500)), "nested deeper");
    check(&format!("$1{}", "+1".repeat(900)), "nest deeper than");
}

#[test]
fn the_functions_of_the_reference_page_exist() {
    let page = include_str!("../../../../docs/reference/bundle-language.md");
    let row = page.lines().find(|line| line.starts_with("| functions |")).unwrap();
    let functions: Vec<&str> = row.split('`').skip(1).step_by(2).collect();
    assert_eq!(functions.len(), 21);
    for function in functions {
        let items = json!({"i": ["$import os", "$import copy"], "x": format!("${function}(None, None, None)")});
        let error = config(&items.to_string()).unwrap().resolve("x").unwrap_err();
        assert!(error.reason().contains("cannot take"), "{function}: {error}");
    }
}
