//! Frames for reading: the source line, the exact characters, what would be right, what ARM answers.
//!
//! `annotate-snippets` draws them. Most show one place of one line: those are drawn here, byte for byte as it would
//! draw them, in a tenth of the time.

use std::fmt::Write as _;
use std::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Patch, Renderer, Snippet};

use super::excerpt::Excerpt;
use super::{Checked, Row, each, first_line, is_severity};
use crate::lint::{Finding, Fix, Severity};
use crate::text::{Edit, Shown, Span};

/// Edits that are shown in full; a fix of more is named.
const MAX_EDITS: usize = 12;

pub(super) const ROW: Row = Row {
    name: "text",
    is_for_reading: true,
    roots: None,
    begin: "",
    between: "",
    is_document: false,
    render: |page| render(page.file, page.styled),
    end: |_, _| Shown::default(),
    is_begun_by: |text| {
        // `error[rule]: …`
        first_line(text).split_once('[').is_some_and(|(word, _)| is_severity(word))
    },
};

pub(super) fn render(file: Checked<'_>, styled: bool) -> Shown {
    let renderer = if styled { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.decor_style(DecorStyle::Ascii).term_width(400);
    let name = line(file.source.name());
    each(file, file.findings, "", |_, finding| {
        let plain = if styled { None } else { plain(file, finding, &name) };
        let frame = plain.unwrap_or_else(|| frame(file, finding, &renderer)) + "\n\n";
        if styled { Shown::colored(&frame) } else { Shown::lines(&frame) }
    })
}

/// Characters of a line that is drawn here; `annotate-snippets` cuts longer ones.
const MAX_LINE: usize = 250;

/// The frame of a finding that is about one place of one line; `name` is the file's. `None` for any other.
fn plain(file: Checked<'_>, finding: &Finding, name: &str) -> Option<String> {
    if !finding.labels.is_empty() || finding.fix.is_some() && finding.help.is_none() && finding.arm.is_none()
    {
        return None;
    }
    let hide = |text: &str| Some(line(&file.mask.hide(text))).filter(|text| is_plain(text));
    let excerpt = Excerpt::of(file.source, file.mask, &[finding.span]);
    let shown = only_line(&excerpt)?;
    let place = excerpt.span(file.source, finding.span)?;
    let at = file.source.position(finding.span.start);
    let fix = match &finding.fix {
        Some(fix) => Some(replaced(file, fix)?),
        None => None,
    };
    let last = fix.as_ref().map_or(excerpt.line, |fix| fix.line.max(excerpt.line));
    let width = last.checked_ilog10().unwrap_or(0) as usize + 1;
    let columns = |range: Range<usize>| excerpt.text.get(range).map(|text| text.chars().count());
    let before = columns(0..place.start)?;
    let marks = columns(place.clone())?.max(1);
    let message = hide(&finding.message)?;
    let mut out = format!(
        "{}[{}]: {message}\n{:width$}--> {name}:{}:{}\n{:>width$} | {shown}\n{:width$} | {:before$}",
        finding.severity.as_str(),
        finding.rule.name,
        "",
        at.line,
        at.column,
        excerpt.line,
        "",
        "",
    );
    out.extend(std::iter::repeat_n('^', marks));
    let mut footer = |text: &str| {
        if out.ends_with('^') {
            let _ = write!(out, "\n{:width$} |", "");
        }
        let _ = write!(out, "\n{:width$} = {text}", "");
    };
    if let Some(help) = &finding.help {
        footer(&format!("help: {}", hide(help)?));
    }
    if let Some(answer) = &finding.arm {
        footer(&format!("note: ARM answers {}: {}", answer.code, hide(&answer.message)?));
    }
    if let Some(Replaced { title, line, old, new }) = fix {
        let _ = write!(
            out,
            "\nhelp: {title}\n{0:width$} |\n{line:>width$} - {old}\n{line:>width$} + {new}\n{0:width$} |",
            ""
        );
    }
    Some(out)
}

/// A line before and after a fix.
struct Replaced {
    title: String,
    line: u32,
    old: String,
    new: String,
}

/// What a fix makes of a line, if it takes something of it away at one place.
fn replaced(file: Checked<'_>, fix: &Fix) -> Option<Replaced> {
    let [edit] = fix.edits.as_slice() else { return None };
    let title = line(&fix.title) + if fix.safe { "" } else { " (--unsafe-fixes)" };
    let text = lines(&file.mask.hide(&edit.text));
    let excerpt = Excerpt::of(file.source, file.mask, &[edit.span]);
    let old = only_line(&excerpt)?;
    let place = excerpt.span(file.source, edit.span)?;
    let (before, gone, behind) = (old.get(..place.start)?, old.get(place.clone())?, old.get(place.end..)?);
    let new = format!("{before}{text}{behind}");
    // What is only added to is drawn otherwise.
    let common = text.bytes().zip(gone.bytes()).take_while(|(a, b)| a == b).count();
    let is_kept =
        gone.get(common..).is_none_or(|rest| text.get(common..).is_some_and(|it| it.ends_with(rest)));
    // Blanks at an edge are drawn otherwise too.
    let has_edges = gone.trim() != gone || text.trim() != text;
    if has_edges
        || gone.is_empty()
        || (is_kept && !text.trim().is_empty())
        || !is_plain(&title)
        || !is_drawn(&new)
    {
        return None;
    }
    Some(Replaced { title, line: excerpt.line, old: old.to_owned(), new })
}

/// The line of a excerpt that has one only, if it is drawn as it stands.
fn only_line(excerpt: &Excerpt) -> Option<&str> {
    excerpt.text.strip_suffix('\n').filter(|line| is_drawn(line))
}

/// True for a line of the source that is drawn as it stands.
fn is_drawn(line: &str) -> bool {
    line.len() <= MAX_LINE && !line.ends_with(' ') && is_plain(line)
}

/// True if each character takes one column and stays what it is.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| matches!(c, ' '..='~' | '…'))
}

fn frame(file: Checked<'_>, finding: &Finding, renderer: &Renderer) -> String {
    let source = file.source;
    let hide = |text: &str| line(&file.mask.hide(text));
    let spans: Vec<Span> =
        std::iter::once(finding.span).chain(finding.labels.iter().map(|label| label.span)).collect();
    let excerpt = Excerpt::of(source, file.mask, &spans);
    let at = source.position(finding.span.start);
    let primary = excerpt.span(source, finding.span).unwrap_or(0..0);
    let mut snippet = Snippet::source(excerpt.text.clone())
        .line_start(excerpt.line as usize)
        .fold(false)
        .annotation(AnnotationKind::Primary.span(primary));
    for label in &finding.labels {
        if let Some(span) = excerpt.span(source, label.span) {
            snippet = snippet.annotation(AnnotationKind::Context.span(span).label(hide(&label.message)));
        }
    }
    let origin = Origin::path(line(source.name())).line(at.line as usize).char_column(at.column as usize);
    let mut group = level(finding.severity)
        .primary_title(hide(&finding.message))
        .id(finding.rule.name)
        .element(origin)
        .element(snippet);
    if let Some(help) = &finding.help {
        group = group.element(Level::HELP.message(lines(&file.mask.hide(help))));
    }
    if let Some(answer) = &finding.arm {
        let text = format!("ARM answers {}: {}", answer.code, hide(&answer.message));
        group = group.element(Level::NOTE.message(text));
    }
    let mut groups = vec![group];
    groups.extend(finding.fix.as_ref().map(|fix| fixed(file, fix)));
    without_empty_origin(&renderer.render(&groups))
}

/// A text for the renderer, in one line.
fn line(text: &str) -> String {
    Shown::line(text).into()
}

/// A text for the renderer, which may have several lines.
fn lines(text: &str) -> String {
    Shown::lines(text).into()
}

/// The renderer announces a snippet that names no file; ours stands right below the line that does.
fn without_empty_origin(frame: &str) -> String {
    let is_empty_origin = |line: &str| {
        let mut inside = false;
        let mut plain = line.chars().filter(|&c| {
            let escape = inside || c == '\u{1b}';
            inside = escape && !(inside && c.is_ascii_alphabetic());
            !escape && c != ' '
        });
        plain.by_ref().take(3).eq(":::".chars()) && plain.next().is_none()
    };
    let mut lines: Vec<&str> = frame.lines().collect();
    if let Some(at) = lines.iter().position(|line| is_empty_origin(line)) {
        lines.remove(at);
        // With it goes the empty line above.
        if at > 0 {
            lines.remove(at - 1);
        }
    }
    lines.join("\n")
}

/// The line as the fix leaves it.
fn fixed(file: Checked<'_>, fix: &Fix) -> Group<'static> {
    let title = line(&fix.title) + if fix.safe { "" } else { " (--unsafe-fixes)" };
    let group = Level::HELP.secondary_title(title);
    let spans: Vec<Span> = fix.edits.iter().map(|edit| edit.span).collect();
    let excerpt = Excerpt::of(file.source, file.mask, &spans);
    let places: Option<Vec<Range<usize>>> =
        spans.iter().map(|&span| excerpt.span(file.source, span)).collect();
    // Edits within one secret have its place in common, and the renderer wants one for each.
    match places.filter(|places| places.len() <= MAX_EDITS && are_apart(places)) {
        Some(places) => {
            let text = |edit: &Edit| lines(&file.mask.hide(&edit.text));
            let patches =
                places.into_iter().zip(&fix.edits).map(|(place, edit)| Patch::new(place, text(edit)));
            let snippet =
                Snippet::source(excerpt.text.clone()).line_start(excerpt.line as usize).patches(patches);
            group.element(snippet)
        }
        None => group.element(Element::from(Level::HELP.message(format!("{} edits", fix.edits.len())))),
    }
}

fn are_apart(places: &[Range<usize>]) -> bool {
    let mut places: Vec<(usize, usize)> = places.iter().map(|place| (place.start, place.end)).collect();
    places.sort_unstable();
    places.windows(2).all(|pair| pair[0].1 <= pair[1].0)
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::container::Kind;
    use crate::lint::{Options, examine};
    use crate::report::Mask;
    use crate::text::Source;

    /// The frames of both; how many were drawn here.
    fn compared(text: &str, kind: Kind) -> usize {
        let source = Source::new("a b.json", text);
        let found = examine(&source, kind, &Options::default());
        let mask = Mask::new(&source, found.secrets);
        let file = Checked { source: &source, findings: &found.findings, mask: &mask };
        let renderer = Renderer::plain().decor_style(DecorStyle::Ascii).term_width(400);
        let mut drawn = 0;
        for finding in &found.findings {
            if let Some(plain) = plain(file, finding, source.name()) {
                assert_eq!(plain, frame(file, finding, &renderer), "{text}");
                drawn += 1;
            }
        }
        drawn
    }

    const BODIES: [&str; 8] = [
        r#"{"location":"westus","identity":{"type":"systemAssigned"},"properties":{"vmId":"x","a":1}}"#,
        r#"{"location":"westus","identity":{"type":"SystemAssigned","UserAssigned"},}"#,
        r#"{"identity":{"type":"UserAssigned","userAssignedIdentities":{"x":{}, "y":1}},"Location":"<A>"}"#,
        r#"{"identity":{"type":"SystemAssigned,UserAssigned","identityIds":[]},"tags":{"a":"b" "c":"d"}}"#,
        r#"{"identity": {"type": "None"}, "properties": {"osProfile": {"adminPassword": "Geheim99!"}}}"#,
        r"{'identity':{'type':'SystemAssigned'}}",
        r#"{"identity":{"type":"SystemAssigned"},"properties":{"hardwareProfile":{"vmSize":"Standard_d2s_v3"}}"#,
        r#"{"identity":{"type":"SystemAssigned"},"zones":"1", "identity":{}, "tags":{"€":"\x"}}"#,
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Frames drawn here are those of `annotate-snippets`, wherever lines break and whatever is left out.
        #[test]
        fn plain_frames_are_those_of_the_renderer(
            which in 0..BODIES.len(),
            cuts in prop::collection::vec((0_usize..200, 0_usize..5), 0..4),
            lines in 0_usize..120,
        ) {
            let mut text = BODIES[which].to_owned();
            for (place, how) in cuts {
                let place = (0..=place % (text.len() + 1)).rev().find(|at| text.is_char_boundary(*at)).unwrap();
                match how {
                    0 => text.insert(place, '\n'),
                    1 => text.insert_str(place, "   "),
                    2 => text.insert(place, ','),
                    3 => text.insert(place, '"'),
                    _ if place < text.len() => {
                        text.remove(place);
                    }
                    _ => {}
                }
            }
            let before = "\n".repeat(lines);
            let call = format!(
                "{before}curl -X PATCH 'https://management.azure.com/subscriptions/$S/resourceGroups/g/providers/\
                 Microsoft.Compute/virtualMachines/v?api-version=2024-07-01' -d '{}'\n",
                text.replace('\'', "\"")
            );
            compared(&format!("{before}{text}"), Kind::Json);
            compared(&call, Kind::Shell);
        }
    }

    #[test]
    fn most_frames_are_drawn_here() {
        let drawn: usize = BODIES.iter().map(|body| compared(body, Kind::Json)).sum();
        assert!(drawn > 8, "{drawn}");
    }
}
