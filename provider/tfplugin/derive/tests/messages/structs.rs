use tfplugin_derive::Model;

#[derive(Model)]
struct Generic<T> {
    /// A name.
    #[attr(required)]
    name: T,
}

#[derive(Model)]
enum Enum {
    One,
}

#[derive(Model)]
struct Tuple(String);

#[derive(Model)]
#[attr(given)]
struct Given {
    /// An id.
    #[attr(computed)]
    id: String,
}

#[derive(Model)]
#[attr(together("name", "nmae"))]
struct Together {
    /// A name.
    #[attr(optional)]
    name: Option<String>,
}

#[derive(Model)]
#[attr(together("name"))]
struct Alone {
    /// A name.
    #[attr(optional)]
    name: Option<String>,
}

#[derive(Model)]
#[attr(required)]
struct Elsewhere {
    /// A name.
    #[attr(required)]
    name: String,
}

fn main() {}
