//! Frames for reading: the source line, the exact characters, what would be right, what ARM answers.

use std::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Patch, Renderer, Snippet};

use super::view::View;
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
    each(file.findings, "", |_, finding| {
        let frame = frame(file, finding, &renderer) + "\n\n";
        if styled { Shown::colored(&frame) } else { Shown::lines(&frame) }
    })
}

fn frame(file: Checked<'_>, finding: &Finding, renderer: &Renderer) -> String {
    let source = file.source;
    let hide = |text: &str| line(&file.mask.hide(text));
    let spans: Vec<Span> =
        std::iter::once(finding.span).chain(finding.labels.iter().map(|label| label.span)).collect();
    let view = View::of(source, file.mask, &spans);
    let at = source.position(finding.span.start);
    let primary = view.span(source, finding.span).unwrap_or(0..0);
    let mut snippet = Snippet::source(view.text.clone())
        .line_start(view.line as usize)
        .fold(false)
        .annotation(AnnotationKind::Primary.span(primary));
    for label in &finding.labels {
        if let Some(span) = view.span(source, label.span) {
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
    groups.extend(finding.fix.as_ref().map(|fix| mended(file, fix)));
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
fn mended(file: Checked<'_>, fix: &Fix) -> Group<'static> {
    let title = line(&fix.title) + if fix.safe { "" } else { " (--unsafe-fixes)" };
    let group = Level::HELP.secondary_title(title);
    let spans: Vec<Span> = fix.edits.iter().map(|edit| edit.span).collect();
    let view = View::of(file.source, file.mask, &spans);
    let places: Option<Vec<Range<usize>>> = spans.iter().map(|&span| view.span(file.source, span)).collect();
    // Edits within one secret have its place in common, and the renderer wants one for each.
    match places.filter(|places| places.len() <= MAX_EDITS && are_apart(places)) {
        Some(places) => {
            let text = |edit: &Edit| lines(&file.mask.hide(&edit.text));
            let patches =
                places.into_iter().zip(&fix.edits).map(|(place, edit)| Patch::new(place, text(edit)));
            let snippet = Snippet::source(view.text.clone()).line_start(view.line as usize).patches(patches);
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
