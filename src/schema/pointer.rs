//! The fragments of `$ref`s: JSON pointers (RFC 6901), percent-encoded ([`crate::arm::decode_percent`]).

/// One token of a JSON pointer.
pub(super) fn escape(token: &str) -> String {
    token.replace('~', "~0").replace('/', "~1")
}
