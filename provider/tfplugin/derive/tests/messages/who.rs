use tfplugin_derive::Model;

/// Nobody gives the value of one; everybody that of the other.
#[derive(Model)]
struct Nobody {
    /// A name.
    name: String,
}

#[derive(Model)]
struct Everybody {
    /// A name.
    #[attr(required, computed)]
    name: String,
}

fn main() {}
