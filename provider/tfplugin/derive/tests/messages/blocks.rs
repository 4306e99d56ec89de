use tfplugin_derive::Model;


struct Part;

#[derive(Model)]
struct Absent {
    /// May be absent.
    #[attr(block)]
    part: Part,
}

#[derive(Model)]
struct Always {
    /// Always there.
    #[attr(block(1, 1))]
    part: Option<Part>,
}

#[derive(Model)]
struct Grouped {
    /// Never null.
    #[attr(group)]
    part: Option<Part>,
}

#[derive(Model)]
struct Single {
    /// One.
    #[attr(block(0, 3))]
    part: Option<Part>,
}

#[derive(Model)]
struct Limits {
    /// Some.
    #[attr(block(3, 2))]
    parts: Vec<Part>,
}

#[derive(Model)]
struct Both {
    /// A block and a group.
    #[attr(block, group)]
    part: Part,
}

fn main() {}
