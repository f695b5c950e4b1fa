//! What programs get of their arguments where they part them themselves: on Windows.

use crate::text::{Builder, Encoding, Fragment, Span};

/// An argument as the program reads it that it is passed to: Windows PowerShell leaves `\"` to the program, for which it
/// is `"`. One whose quotes are not all escaped is left as it is.
pub(super) fn escaped_argument<'s>(argument: &Fragment<'s>) -> Fragment<'s> {
    let text = argument.text();
    let quotes = text.matches('"').count();
    let escaped = text.matches("\\\"").count();
    if escaped == 0 || escaped < quotes { argument.clone() } else { unescaped(argument) }
}

/// Each backslash before a quote shields the next character; elsewhere it is one.
/// (<https://learn.microsoft.com/cpp/c-language/parsing-c-command-line-arguments>)
pub(super) fn unescaped<'s>(argument: &Fragment<'s>) -> Fragment<'s> {
    const ENCODING: Encoding = Encoding::CommandDouble;
    let bytes = argument.text().as_bytes();
    let mut builder = Builder::new(argument);
    let mut run = 0;
    for quote in memchr::memchr_iter(b'"', bytes) {
        let backslashes = bytes[run..quote].iter().rev().take_while(|byte| **byte == b'\\').count();
        if backslashes == 0 {
            continue;
        }
        let at = quote - backslashes;
        copy(&mut builder, run, at);
        // One piece: what is put between them would make other backslashes of them.
        let read = "\\".repeat(backslashes / 2) + "\"";
        builder.decoded(Span::new(at, quote + 1), &read, ENCODING);
        run = quote + 1;
    }
    copy(&mut builder, run, bytes.len());
    builder.finish(0, ENCODING)
}

fn copy(builder: &mut Builder<'_, '_>, from: usize, to: usize) {
    if from < to {
        builder.copy(Span::new(from, to), Encoding::CommandDouble);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Source;

    #[test]
    fn backslashes_before_a_quote_are_halved() {
        for (written, read) in [
            (r#"{\"a\":1}"#, r#"{"a":1}"#),
            (r#"{\"a\":\"x\\\"y\\\"\"}"#, r#"{"a":"x\"y\""}"#),
            (r#"{\"a\":\"C:\\Users\\\\\"}"#, r#"{"a":"C:\\Users\\"}"#),
            (r#"{\"a\":\"\n\"}"#, r#"{"a":"\n"}"#),
            (r#"{"a":1}"#, r#"{"a":1}"#),
        ] {
            let source = Source::new("x", written);
            let argument = escaped_argument(&source.fragment());
            assert_eq!(argument.text(), read, "{written}");
            assert_eq!(
                Encoding::CommandDouble.encode(read, ""),
                if read == written { r#"{\"a\":1}"# } else { written }
            );
        }
    }
}
