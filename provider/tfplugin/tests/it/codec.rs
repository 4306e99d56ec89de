//! Values on the wire, byte by byte where the protocol fixes the bytes.

use proptest::prelude::*;
use tfplugin_rust::value::{CodecError, Refinement, decode, encode};
use tfplugin_rust::{Number, Type, Value};

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).expect("ascii"), 16).expect("hex"))
        .collect()
}

fn number(text: &str) -> Value {
    Value::Number(Number::parse(text).expect("a number"))
}

/// The bytes read as the value, and the value writes as these bytes.
fn check(ty: &Type, bytes: &str, value: Value) {
    assert_eq!(decode(&hex(bytes), ty), Ok(value.clone()), "reading {bytes}");
    let written = encode(&value, ty).expect("it is written");
    assert_eq!(written, hex(bytes), "writing {value:?}");
}

/// The bytes read as the value, though it is written otherwise.
fn check_read(ty: &Type, bytes: &str, value: Value) {
    assert_eq!(decode(&hex(bytes), ty), Ok(value), "reading {bytes}");
}

#[test]
fn every_form_of_a_number() {
    let ty = Type::Number;
    check(&ty, "00", number("0"));
    check(&ty, "7f", number("127"));
    check(&ty, "ff", number("-1"));
    check(&ty, "ccff", number("255"));
    check(&ty, "cd0100", number("256"));
    check(&ty, "ce00010000", number("65536"));
    check(&ty, "d3 8000000000000000", number("-9223372036854775808"));
    check(&ty, "cb 3fe0000000000000", number("0.5"));
    check(&ty, "a3 302e31", number("0.1"));
    check(&ty, "b3 39323233333732303336383534373735383038", number("9223372036854775808"));
    check(&ty, "cb 7ff0000000000000", number("Inf"));
    check_read(&ty, "cf 8000000000000000", number("9223372036854775808"));
    check_read(&ty, "ca 3f000000", number("0.5"));
    check_read(&ty, "d0 80", number("-128"));
    check_read(&ty, "a3 316533", number("1000"));
    check_read(&ty, "cb 3fb999999999999a", number("0.1000000000000000055511151231257827021181583404541015625"));
}

#[test]
fn a_number_is_the_same_however_it_was_written() {
    let parsed = |text: &str| Number::parse(text).expect("a number");
    let check = |spellings: &[&str], shown: &str, signed: Option<i64>, unsigned: Option<u64>| {
        for text in spellings {
            let number = parsed(text);
            assert_eq!(number, parsed(spellings[0]), "{text}");
            assert_eq!(number.to_string(), shown, "{text}");
            assert_eq!((number.as_i64(), number.as_u64()), (signed, unsigned), "{text}");
            assert_eq!(
                Number::exact(number.to_f64()).map(|exact| exact == number),
                Some(number.as_exact_f64().is_some())
            );
        }
    };
    check(&["0", "-0", "0.00", "0e9", "+0"], "0", Some(0), Some(0));
    check(&["1000", "1e3", "10.00E2", "0001000", "+1000"], "1000", Some(1000), Some(1000));
    check(&["-1000", "-1e3", "-1000.0"], "-1000", Some(-1000), None);
    check(
        &["9223372036854775807", "9223372036854775807.0"],
        "9223372036854775807",
        Some(i64::MAX),
        Some(i64::MAX as u64),
    );
    check(&["-9223372036854775808", "-9223372036854775808e0"], "-9223372036854775808", Some(i64::MIN), None);
    check(&["9223372036854775808", "9223372036854775808.0"], "9223372036854775808", None, Some(1 << 63));
    check(&["-9223372036854775809", "-9223372036854775809.0"], "-9223372036854775809", None, None);
    check(&["18446744073709551615"], "18446744073709551615", None, Some(u64::MAX));
    check(&["18446744073709551616"], "18446744073709551616", None, None);
    check(&["1e19", "10000000000000000000"], "10000000000000000000", None, Some(10_u64.pow(19)));
    check(&["0.5", "5e-1", ".5", "0.50"], "0.5", None, None);
    for (float, text) in
        [(0.25, "0.25"), (-1.5, "-1.5"), (2f64.powi(-32), "0.00000000023283064365386962890625"), (1e19, "1e19")]
    {
        assert_eq!(Number::exact(float), Some(parsed(text)));
    }
    assert_eq!(Number::exact(0.1), Some(parsed("0.1000000000000000055511151231257827021181583404541015625")));
    assert_eq!(Number::exact(f64::from_bits(1)).map(|tiny| tiny.to_f64()), Some(f64::from_bits(1)));
    assert_eq!(Number::from(u64::MAX), parsed("18446744073709551615"));
}

#[test]
fn null_unknown_and_refined() {
    for ty in [Type::String, Type::list(Type::Bool), Type::Dynamic] {
        check(&ty, "c0", Value::Null);
        check(&ty, "d4 00 00", Value::unknown());
    }
    let prefix = Refinement { not_null: true, prefix: Some("ab".to_owned()), ..Refinement::default() };
    check(&Type::String, "c7 07 0c 82 01 c2 02 a2 6162", Value::Unknown(prefix.into()));
    let bounds = Refinement { at_least: Some((Number::from(1_i64), true)), ..Refinement::default() };
    check(&Type::Number, "c7 05 0c 81 03 92 01 c3", Value::Unknown(bounds.into()));
    let lengths = Refinement { min_length: Some(1), max_length: Some(3), ..Refinement::default() };
    check(&Type::list(Type::String), "c7 05 0c 82 05 01 06 03", Value::Unknown(lengths.into()));
    check_read(&Type::String, "d5 63 0102", Value::unknown());
    check_read(
        &Type::String,
        "c7 06 0c 82 09 91 c3 01 c2",
        Value::Unknown(Refinement { not_null: true, ..Refinement::default() }.into()),
    );
    check_read(&Type::String, "d4 0c 80", Value::unknown());
}

#[test]
fn collections() {
    check(&Type::list(Type::String), "90", Value::List(vec![]));
    check(&Type::list(Type::String), "92 a161 c0", Value::List(vec!["a".into(), Value::Null]));
    check(&Type::map(Type::Bool), "81 a161 c3", Value::object([("a", true.into())]));
    let object = Type::Object([("a".to_owned(), Type::String), ("b".to_owned(), Type::Number)].into());
    check(&object, "82 a161 a178 a162 c0", Value::object([("a", "x".into()), ("b", Value::Null)]));
    check_read(&object, "81 a161 a178", Value::object([("a", "x".into()), ("b", Value::Null)]));
    let tuple = Type::Tuple(vec![Type::Bool, Type::String]);
    check(&tuple, "92 c2 a178", Value::List(vec![false.into(), "x".into()]));
}

#[test]
fn dynamic_brings_its_type() {
    let value = Value::Dynamic(Box::new((Type::list(Type::String), Value::List(vec!["a".into()]))));
    check(&Type::Dynamic, "92 c411 5b226c697374222c22737472696e67225d 91 a161", value);
}

#[test]
fn what_is_refused() {
    fn refused(ty: &Type, bytes: &str, expected: &CodecError) {
        assert_eq!(decode(&hex(bytes), ty).as_ref(), Err(expected), "{bytes}");
    }
    let wrong = |expected, found| CodecError::Mismatch { path: "the value".to_owned(), expected, found };
    refused(&Type::String, "", &CodecError::Truncated { at: 0, needed: 1, left: 0 });
    refused(&Type::String, "a261", &CodecError::Truncated { at: 1, needed: 2, left: 1 });
    refused(&Type::String, "a1ff", &CodecError::NotUtf8 { at: 1 });
    refused(&Type::String, "c1", &CodecError::Marker { at: 0 });
    refused(&Type::String, "01", &wrong("string", "number"));
    refused(&Type::Number, "c3", &wrong("number", "bool"));
    refused(&Type::Number, "a178", &CodecError::Number { path: "the value".to_owned() });
    refused(&Type::Number, "ab 31653939393939393939 39", &CodecError::Number { path: "the value".to_owned() });
    refused(&Type::Bool, "c3c3", &CodecError::Trailing { count: 1 });
    refused(&Type::list(Type::Bool), "dd ffffffff", &CodecError::Truncated { at: 5, needed: 4_294_967_295, left: 0 });
    refused(
        &Type::list(Type::Bool),
        "92 c3 a161",
        &CodecError::Mismatch { path: "1".to_owned(), expected: "bool", found: "string" },
    );
    refused(
        &Type::Object([].into()),
        "81 a161 c0",
        &CodecError::Attribute { path: "the value".to_owned(), name: "a".to_owned() },
    );
    refused(&Type::Dynamic, "92 c401 78 c0", &CodecError::DynamicType { path: "the value".to_owned() });
}

fn types() -> impl Strategy<Value = Type> {
    let leaf = prop_oneof![Just(Type::String), Just(Type::Number), Just(Type::Bool)];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(Type::list),
            inner.clone().prop_map(Type::set),
            inner.clone().prop_map(Type::map),
            prop::collection::btree_map("[a-z]{1,4}", inner.clone(), 0..4).prop_map(Type::Object),
            prop::collection::vec(inner, 0..4).prop_map(Type::Tuple),
        ]
    })
}

fn value_of(ty: &Type) -> BoxedStrategy<Value> {
    let present = match ty {
        Type::String => ".{0,40}".prop_map(Value::from).boxed(),
        Type::Bool => any::<bool>().prop_map(Value::from).boxed(),
        Type::Number => prop_oneof![
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_filter_map("no NaN", |float| Number::exact(float).map(Value::Number)),
            "-?[0-9]{1,40}(\\.[0-9]{1,40})?".prop_map(|text| number(&text)),
        ]
        .boxed(),
        Type::Dynamic => types()
            .prop_flat_map(|ty| value_of(&ty).prop_map(move |value| Value::Dynamic(Box::new((ty.clone(), value)))))
            .boxed(),
        Type::List(element) | Type::Set(element) => {
            prop::collection::vec(value_of(element), 0..5).prop_map(Value::List).boxed()
        }
        Type::Map(element) => {
            prop::collection::btree_map(".{0,5}", value_of(element), 0..5).prop_map(Value::Map).boxed()
        }
        Type::Tuple(elements) => elements.iter().map(value_of).collect::<Vec<_>>().prop_map(Value::List).boxed(),
        Type::Object(attributes) => {
            let (names, values): (Vec<_>, Vec<_>) =
                attributes.iter().map(|(name, ty)| (name.clone(), value_of(ty))).unzip();
            values.prop_map(move |values| Value::object(names.clone().into_iter().zip(values))).boxed()
        }
    };
    prop_oneof![6 => present, 1 => Just(Value::Null), 1 => Just(Value::unknown())].boxed()
}

proptest! {
    #[test]
    fn what_is_written_reads_back((ty, value) in types().prop_flat_map(|ty| value_of(&ty).prop_map(move |value| (ty.clone(), value)))) {
        let bytes = encode(&value, &ty).expect("it is written");
        prop_assert_eq!(decode(&bytes, &ty), Ok(value));
    }

    #[test]
    fn arbitrary_bytes_are_read_or_refused(ty in types(), bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(value) = decode(&bytes, &ty) {
            let again = encode(&value, &ty).expect("what was read is written");
            prop_assert_eq!(decode(&again, &ty), Ok(value));
        }
    }

    #[test]
    fn a_type_reads_back_from_its_json(ty in types()) {
        prop_assert_eq!(Type::from_json(&ty.to_json()), Some(ty));
    }

    #[test]
    fn numbers_compare_as_numbers(left in any::<i32>(), right in any::<i32>()) {
        let order = Number::from(left).cmp(&Number::from(right));
        prop_assert_eq!(order, left.cmp(&right));
    }

    #[test]
    fn numbers_of_every_form_compare_as_numbers(left in -40_i64..40, right in -40_i64..40) {
        // Quarters are whole numbers or not, and beyond 2^63 where they are that large.
        for scale in [1_i128, 1 << 61, 1 << 70] {
            let read = |quarters: i64| {
                let scaled = i128::from(quarters) * scale;
                let text = format!("{}{}.{:02}", if scaled < 0 { "-" } else { "" }, scaled.abs() / 4, scaled.abs() % 4 * 25);
                Number::parse(&text).expect("a number")
            };
            prop_assert_eq!(read(left).cmp(&read(right)), left.cmp(&right));
        }
    }
}

#[test]
fn dynamic_values_do_not_nest_without_end() {
    // Each level says that what follows is dynamic again.
    let level = hex("92 c4 09 22 64 79 6e 61 6d 69 63 22");
    for (levels, good) in [(100, true), (200, false), (1_000_000, false)] {
        let mut bytes = level.repeat(levels);
        bytes.push(0xc0);
        let read = decode(&bytes, &Type::Dynamic);
        assert_eq!(read.is_ok(), good, "{levels} levels");
        assert!(good || matches!(read, Err(CodecError::TooDeep { .. })), "{levels} levels");
    }
}
