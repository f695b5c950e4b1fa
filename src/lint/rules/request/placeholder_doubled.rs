#![doc = include_str!("../../../../docs/rules/placeholder-doubled.md")]

use crate::arm::{PlaceholderStyle, find_placeholders};
use crate::lint::rule::rule;
use crate::lint::{Check, Sink, Subject};
use crate::text::{Edit, Marks, Span};

rule!(
    "placeholder-doubled",
    Request,
    Warning,
    Always,
    "a placeholder stands in two pairs of angle brackets",
    Check::Call(check)
);

fn check(subject: &Subject<'_>, sink: &mut Sink<'_>) {
    let call = subject.call;
    let stretch = subject.stretch();
    let outer = call.url.iter().chain(&call.headers).map(|part| (part, part.span()));
    for (part, stretch) in outer.chain(call.body.text().map(|body| (body, stretch))) {
        for (span, name) in doubled(&part.text()[stretch.range()]) {
            let (span, name) = (span.shift(stretch.start as usize), name.shift(stretch.start as usize));
            if !call.is_bare() && !call.looks_like_arm() {
                return;
            }
            let brackets = [
                Edit::replace(Span { start: span.start, end: name.start }, "<"),
                Edit::replace(Span { start: name.end, end: span.end }, ">"),
            ];
            let text = part.text();
            let right = format!("<{}>", &text[name.range()]);
            let draft = subject
                .at_part(&RULE, part, span, format!("`{}` has too many angle brackets", &text[span.range()]))
                .help("a reader who replaces what stands between one pair leaves the other in the request")
                .fix(format!("write `{right}`"), &brackets);
            sink.push(draft);
        }
    }
}

/// What stands before a segment of a path, a value or a string.
const BEFORE: [char; 4] = ['/', '"', '=', '&'];
/// What stands behind one.
const AFTER: [char; 4] = ['/', '"', '?', '&'];

/// The doubled placeholders of a text: the whole, and the name between the brackets.
fn doubled(part: &str) -> impl Iterator<Item = (Span, Span)> {
    // One of the pairs is doubled, or both are.
    static PAIRS: Marks = Marks::new(&["<<", ">>"]);
    let text = if PAIRS.are_in(part) { part } else { "" };
    find_placeholders(text).filter(|found| found.style == PlaceholderStyle::DoubledAngle).filter_map(
        |found| {
            let whole = &text[found.range.clone()];
            let name = whole.trim_start_matches('<').trim_end_matches('>');
            // `cat <<EOF > file` and `<<EOF >>` are the shell's.
            if name.trim() != name || name.is_empty() {
                return None;
            }
            // With one pair whole, only its neighbours tell a slip from a redirection.
            let exact = whole.starts_with("<<") && whole.ends_with(">>");
            let (before, after) = (&text[..found.range.start], &text[found.range.end..]);
            let alone = (before.is_empty() || before.ends_with(BEFORE))
                && (after.is_empty() || after.starts_with(AFTER));
            if !exact && !alone {
                return None;
            }
            let start = found.range.start + (whole.len() - whole.trim_start_matches('<').len());
            let span = Span::from(found.range);
            Some((span, Span::new(start, start + name.len())))
        },
    )
}
