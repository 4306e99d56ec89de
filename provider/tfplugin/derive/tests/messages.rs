//! What the derives say of a mistake, and where they point. `tests/messages/` holds the mistakes and the messages.

#[test]
fn mistakes_are_named_where_they_are() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/messages/*.rs");
}
