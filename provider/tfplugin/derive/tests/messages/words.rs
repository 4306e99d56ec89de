use tfplugin_derive::Model;

#[derive(Model)]
struct Misspelled {
    /// A name.
    #[attr(requird)]
    name: String,
}

#[derive(Model)]
struct Unknown {
    /// A name.
    #[attr(required, blue)]
    name: String,
}

#[derive(Model)]
struct Twice {
    /// A name.
    #[attr(required, length = 1..=2, length = 3..=4)]
    name: String,
}

#[derive(Model)]
struct TwiceApart {
    /// A name.
    #[attr(required)]
    #[attr(required)]
    name: String,
}

#[derive(Model)]
struct Contradiction {
    /// An id.
    #[attr(computed, keep_state, keep_state_unless = ["name"])]
    id: String,
}

#[derive(Model)]
struct Undocumented {
    #[attr(required)]
    name: String,
}

#[derive(Model)]
struct Elements {
    /// Names.
    #[attr(required, each(required))]
    names: Vec<String>,
}

#[derive(Model)]
struct Elsewhere {
    /// A name.
    #[attr(required, given)]
    name: String,
}

fn main() {}
