//! Changes of a text.

use super::Span;

/// Replace the bytes of `span` by `text`; an empty span inserts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Edit {
    /// What goes.
    pub span: Span,
    /// What stands there afterwards.
    pub text: String,
}

impl Edit {
    /// Replaces the bytes of `span` by `text`.
    pub fn replace(span: Span, text: impl Into<String>) -> Self {
        Self { span, text: text.into() }
    }

    /// Puts `text` before the byte at `offset`.
    pub fn insert(offset: u32, text: impl Into<String>) -> Self {
        Self { span: Span { start: offset, end: offset }, text: text.into() }
    }

    /// Takes the bytes of `span` away.
    pub fn delete(span: Span) -> Self {
        Self { span, text: String::new() }
    }
}

/// Two edits of one list want the same bytes.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("two edits overlap at byte {offset}")]
pub struct EditConflict {
    /// Where the second one starts.
    pub offset: u32,
}

/// Applies `edits`, in any order, to `text`. Insertions at one place keep their order.
///
/// # Errors
/// [`EditConflict`] if two edits overlap or one reaches past the end or into a character.
pub fn apply_edits(text: &str, edits: &[Edit]) -> Result<String, EditConflict> {
    let mut sorted: Vec<&Edit> = edits.iter().collect();
    sorted.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let mut out = String::with_capacity(text.len() + edits.iter().map(|edit| edit.text.len()).sum::<usize>());
    let mut done = 0;
    for edit in sorted {
        let kept = text
            .get(done..edit.span.start as usize)
            .filter(|_| text.is_char_boundary(edit.span.end as usize));
        out.push_str(kept.ok_or(EditConflict { offset: edit.span.start })?);
        out.push_str(&edit.text);
        done = edit.span.end as usize;
    }
    out.push_str(&text[done..]);
    Ok(out)
}

/// The same edits, so that they come to the same text in whatever order somebody applies them: sorted, and what is put
/// before something that is replaced, or beside another insertion, is one with it. Editors differ in what they do with
/// two edits that begin at one place.
pub fn merged(mut edits: Vec<Edit>) -> Vec<Edit> {
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let mut merged: Vec<Edit> = Vec::with_capacity(edits.len());
    for edit in edits {
        match merged.last_mut() {
            Some(last) if last.span.is_empty() && last.span.start == edit.span.start => {
                last.span = edit.span;
                last.text.push_str(&edit.text);
            }
            _ => merged.push(edit),
        }
    }
    merged
}

/// Where what each of `edits` writes stands, in bytes of the text once all of them are made. They are in the order of
/// the text and do not overlap.
pub fn places_after<'e>(edits: impl IntoIterator<Item = &'e Edit>) -> impl Iterator<Item = Span> {
    let (mut added, mut taken) = (0, 0);
    edits.into_iter().map(move |edit| {
        let start = edit.span.start as usize + added - taken;
        taken += edit.span.len();
        added += edit.text.len();
        Span::new(start, start + edit.text.len())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_apply_in_any_order() {
        let edits = [
            Edit::delete(Span::new(4, 5)),
            Edit::insert(0, "a"),
            Edit::insert(0, "b"),
            Edit::replace(Span::new(1, 2), "X"),
        ];
        assert_eq!(apply_edits("01234", &edits).as_deref(), Ok("ab0X23"));
    }

    #[test]
    fn merged_edits_begin_at_places_of_their_own() {
        let edits = vec![
            Edit::replace(Span::new(1, 2), "X"),
            Edit::insert(1, "a"),
            Edit::insert(2, "c"),
            Edit::insert(1, "b"),
            Edit::delete(Span::new(3, 4)),
        ];
        let merged = merged(edits.clone());
        assert_eq!(
            merged,
            [Edit::replace(Span::new(1, 2), "abX"), Edit::insert(2, "c"), Edit::delete(Span::new(3, 4))]
        );
        assert_eq!(apply_edits("01234", &merged), apply_edits("01234", &edits));
    }

    #[test]
    fn what_was_written_is_found_again() {
        let edits = [
            Edit::insert(0, "a"),
            Edit::insert(0, "bc"),
            Edit::replace(Span::new(1, 3), "X"),
            Edit::delete(Span::new(4, 5)),
        ];
        let after = apply_edits("01234", &edits).unwrap();
        let places: Vec<Span> = places_after(&edits).collect();
        assert_eq!(places, [(0, 1), (1, 3), (4, 5), (6, 6)].map(|(start, end)| Span::new(start, end)));
        for (place, edit) in places.iter().zip(&edits) {
            assert_eq!(after[place.range()], edit.text);
        }
    }

    #[test]
    fn overlap_and_overrun_are_refused() {
        let overlap = [Edit::delete(Span::new(0, 2)), Edit::delete(Span::new(1, 3))];
        assert_eq!(apply_edits("0123", &overlap), Err(EditConflict { offset: 1 }));
        assert!(apply_edits("0", &[Edit::delete(Span::new(0, 2))]).is_err());
        assert!(apply_edits("é", &[Edit::delete(Span::new(0, 1))]).is_err());
    }
}
