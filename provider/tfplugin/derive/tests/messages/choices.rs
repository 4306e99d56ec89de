use tfplugin_derive::Choice;

#[derive(Choice)]
struct Struct {
    low: bool,
}

#[derive(Choice)]
enum Fields {
    /// So much.
    Some(u64),
}

#[derive(Choice)]
enum Undocumented {
    Low,
}

#[derive(Choice)]
enum Twice {
    /// Low.
    Low,
    /// Low as well.
    #[attr(name = "low")]
    Deep,
}

#[derive(Choice)]
enum Word {
    /// Low.
    #[attr(text = "low")]
    Low,
}

#[derive(Choice)]
enum Empty {}

fn main() {}
