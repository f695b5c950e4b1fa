//! Placeholders as the document at hand writes them.

use crate::arm::{Placeholder, PlaceholderStyle, find_placeholders};
use crate::lint::Subject;
use crate::notation::programs::Variables;
use crate::text::{Edit, Encoding, Fragment, Span, cut};

/// How much of a document is looked through for its style, in bytes.
const WINDOW: usize = 64 << 10;

/// What a placeholder can stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::lint) enum Stands {
    /// A bearer token.
    Token,
    /// The id of a subscription.
    Subscription,
    /// A password or another secret.
    Password,
}

impl Stands {
    fn words(self) -> [&'static str; 2] {
        match self {
            Self::Token => ["access", "token"],
            Self::Subscription => ["subscription", "id"],
            Self::Password => ["admin", "password"],
        }
    }

    /// What stands before it in a text.
    fn mark(self) -> &'static str {
        match self {
            Self::Token => "Bearer ",
            Self::Subscription => "/subscriptions/",
            Self::Password => "Password\":",
        }
    }
}

/// The placeholder that the document itself uses for `what`, else one in the style of its others.
pub(in crate::lint) fn placeholder(subject: &Subject<'_>, what: Stands) -> String {
    let text = window(subject.source.text());
    // Asked for by each finding, looked for once.
    let used = |what: Stands| subject.styles.of(what as usize, || used(text, what).map(str::to_owned));
    if let Some(own) = used(what) {
        return own.to_owned();
    }
    let style = [Stands::Subscription, Stands::Token, Stands::Password]
        .into_iter()
        .filter(|other| *other != what)
        .find_map(|other| find_placeholders(used(other)?).next())
        .map_or_else(|| default_style(subject), |found| found.style);
    write(style, what)
}

fn window(text: &str) -> &str {
    cut(text, 0..WINDOW)
}

/// The first placeholder that stands where `what` is due.
fn used(text: &str, what: Stands) -> Option<&str> {
    let mark = what.mark();
    memchr::memmem::find_iter(text.as_bytes(), mark).find_map(|at| {
        let rest = text[at + mark.len()..].trim_start_matches([' ', '"']);
        let end = rest.find(['\n', '"', '/']).unwrap_or(rest.len());
        let Placeholder { range, style } = find_placeholders(&rest[..end]).next()?;
        let is_good = range.start == 0
            && !matches!(
                style,
                PlaceholderStyle::DoubledAngle
                    | PlaceholderStyle::Ellipsis
                    | PlaceholderStyle::Exes
                    | PlaceholderStyle::ZeroGuid
                    | PlaceholderStyle::Substitution
            );
        is_good.then(|| &rest[range])
    })
}

fn default_style(subject: &Subject<'_>) -> PlaceholderStyle {
    if subject.in_document() {
        return PlaceholderStyle::Angle;
    }
    match subject.call.client.variables {
        Variables::Braces => PlaceholderStyle::DoubledBrace,
        Variables::Shell => PlaceholderStyle::Variable,
        Variables::None => PlaceholderStyle::Angle,
    }
}

fn write(style: PlaceholderStyle, what: Stands) -> String {
    use PlaceholderStyle as S;
    let [first, second] = what.words();
    let upper = format!("{first}_{second}").to_ascii_uppercase();
    let camel = format!("{first}{}{}", second[..1].to_ascii_uppercase(), &second[1..]);
    match style {
        S::Brace => format!("{{{camel}}}"),
        S::DoubledBrace => format!("{{{{{camel}}}}}"),
        S::Variable | S::Substitution => format!("${upper}"),
        S::BracedVariable => format!("${{{upper}}}"),
        S::Percent => format!("%{upper}%"),
        S::Bracket => format!("[{first}-{second}]"),
        S::Your => format!("YOUR_{upper}"),
        _ => format!("<{}>", upper.replace('_', " ")),
    }
}

/// The edits that put the document's placeholder for `what` in the place of `span`. A variable is written so
/// that the shell fills it in; where quotes forbid that, a placeholder for people takes its place.
pub(in crate::lint) fn fill(
    subject: &Subject<'_>,
    part: &Fragment<'_>,
    span: Span,
    what: Stands,
) -> Option<Vec<Edit>> {
    let placeholder = placeholder(subject, what);
    if placeholder.starts_with('$')
        && let Some(variable) = variable(part, span, &placeholder)
    {
        return Some(variable);
    }
    let placeholder =
        if placeholder.starts_with('$') { write(PlaceholderStyle::Angle, what) } else { placeholder };
    part.edit(span, &placeholder)
}

fn variable(part: &Fragment<'_>, span: Span, name: &str) -> Option<Vec<Edit>> {
    if !super::facts::is_directly_quoted(part) {
        return None;
    }
    let raw = match part.encoding_at(span.start) {
        Encoding::ShellDouble
        | Encoding::ShellHeredoc
        | Encoding::PowerShellDouble
        | Encoding::PowerShellHereDouble => name.to_owned(),
        Encoding::ShellSingle => format!("'\"{name}\"'"),
        _ => return None,
    };
    let mut edits = part.edit(span, "x")?;
    edits.first_mut()?.text = raw;
    Some(edits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_s_own_word_is_found() {
        let text = "-H \"Authorization: Bearer eyJ\" and Bearer {token}\" /subscriptions/<<X>>/ /subscriptions/<SUB ID>/";
        assert_eq!(used(text, Stands::Token), Some("{token}"));
        assert_eq!(used(text, Stands::Subscription), Some("<SUB ID>"));
        assert_eq!(used("\"adminPassword\": \"$PASS\"", Stands::Password), Some("$PASS"));
        assert_eq!(used(text, Stands::Password), None);
    }

    #[test]
    fn every_style_writes_a_placeholder_of_its_kind() {
        use PlaceholderStyle as S;
        for style in [
            S::Angle,
            S::Brace,
            S::DoubledBrace,
            S::Variable,
            S::BracedVariable,
            S::Percent,
            S::Bracket,
            S::Your,
        ] {
            for what in [Stands::Token, Stands::Subscription, Stands::Password] {
                let text = write(style, what);
                let found: Vec<_> = find_placeholders(&text).collect();
                assert_eq!(found.len(), 1, "{text}");
                assert_eq!((found[0].range.clone(), found[0].style), (0..text.len(), style), "{text}");
            }
        }
    }
}
