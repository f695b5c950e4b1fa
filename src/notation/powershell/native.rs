//! What programs get of their arguments.

use crate::text::{Builder, Encoding, Fragment, Span};

/// An argument as the program gets it that it is passed to: Windows PowerShell leaves `\"` to the program, which
/// reads it as `"`.
pub(super) fn escaped_for_windows<'s>(argument: &Fragment<'s>) -> Fragment<'s> {
    let text = argument.text();
    let quotes = text.matches('"').count();
    let escaped = text.matches("\\\"").count();
    if escaped == 0 || escaped < quotes {
        return argument.clone();
    }
    let mut builder = Builder::new(argument);
    let mut run = 0;
    for at in memchr::memmem::find_iter(text.as_bytes(), b"\\\"") {
        copy(&mut builder, run, at);
        builder.decoded(Span::new(at, at + 2), "\"", Encoding::CommandDouble);
        run = at + 2;
    }
    copy(&mut builder, run, text.len());
    builder.finish(0, Encoding::CommandDouble)
}

fn copy(builder: &mut Builder<'_, '_>, from: usize, to: usize) {
    if from < to {
        builder.copy(Span::new(from, to), Encoding::CommandDouble);
    }
}
