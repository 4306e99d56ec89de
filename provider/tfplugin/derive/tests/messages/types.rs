use tfplugin_derive::Model;

struct Attr<T>(T);

#[derive(Model)]
struct Open {
    /// May be unknown.
    #[attr(required)]
    name: Attr<String>,
}

#[derive(Model)]
struct Required {
    /// Never null.
    #[attr(required)]
    name: Option<String>,
}

#[derive(Model)]
struct Optional {
    /// May be null.
    #[attr(optional)]
    name: String,
}

#[derive(Model)]
struct Default {
    /// Never null.
    #[attr(default = "low")]
    name: Option<String>,
}

fn main() {}
