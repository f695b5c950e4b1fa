//! The words of a marker.

/// Splits a text at white space; what stands in quotes of either kind is kept together.
///
/// # Errors
/// A quote that is never closed, in a line.
pub(super) fn split(text: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '\'' | '"' => {
                let quoted = rest.as_str();
                let Some(len) = quoted.find(c) else {
                    return Err(format!("the quote {c} is never closed"));
                };
                word.get_or_insert_default().push_str(&quoted[..len]);
                rest = quoted[len + 1..].chars();
            }
            c if c.is_whitespace() => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn quotes_keep_words_together() {
        assert_eq!(split(" a  --b='c d'\n\"\" e\"f\"'g'").unwrap(), ["a", "--b=c d", "", "efg"]);
        assert_eq!(split("").unwrap(), Vec::<String>::new());
        assert_eq!(split("a 'b").unwrap_err(), "the quote ' is never closed");
    }
}
