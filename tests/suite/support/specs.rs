//! Where the published files stand that the schemas are compared with.

#[allow(dead_code, reason = "not every test needs every part")]
pub(crate) mod bodies;
#[allow(dead_code, reason = "not every test needs every part")]
pub(crate) mod mutate;
