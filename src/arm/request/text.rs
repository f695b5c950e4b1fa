//! `Text`: a text with blanks in it.

use super::blank::{Blank, BlankStyle};

/// A piece of a [`Text`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Part {
    /// As it stands.
    Literal(String),
    /// To be filled in.
    Blank(Blank),
}

/// A text with blanks in it.
///
/// What spells a known blank in brackets is that blank: no text is equal to a blank's spelling and yet none.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Text {
    /// No two literals in a row, none empty, none with a bracketed blank in it.
    parts: Vec<Part>,
}

impl Text {
    /// Takes a text; `<SUBSCRIPTION ID>`, `{subscriptionId}` and their like become blanks.
    ///
    /// ```
    /// use armbody::arm::{Blank, BlankStyle, Text};
    /// let id = Text::new("/subscriptions/<SUBSCRIPTION ID>/resourceGroups/rg");
    /// assert_eq!(id.blanks().collect::<Vec<_>>(), [Blank::SubscriptionId]);
    /// assert_eq!(id.spell(BlankStyle::Shell), "/subscriptions/$SUBSCRIPTION_ID/resourceGroups/rg");
    /// ```
    pub fn new(text: &str) -> Self {
        Self::from_parts([Part::Literal(text.to_owned())])
    }

    /// Puts parts together; blanks in literals become blanks.
    pub fn from_parts(parts: impl IntoIterator<Item = Part>) -> Self {
        let mut joined: Vec<Part> = Vec::new();
        for part in parts {
            match (joined.last_mut(), part) {
                (Some(Part::Literal(last)), Part::Literal(next)) => last.push_str(&next),
                (_, part) => joined.push(part),
            }
        }
        let mut text = Self::default();
        for part in joined {
            match part {
                Part::Blank(_) => text.parts.push(part),
                Part::Literal(literal) => text.divide(&literal),
            }
        }
        text
    }

    fn divide(&mut self, literal: &str) {
        let mut rest = literal;
        while let Some((start, end, blank)) = Blank::find_bracketed(rest) {
            if start > 0 {
                self.parts.push(Part::Literal(rest[..start].to_owned()));
            }
            self.parts.push(Part::Blank(blank));
            rest = &rest[end..];
        }
        if !rest.is_empty() {
            self.parts.push(Part::Literal(rest.to_owned()));
        }
    }

    /// The parts in order.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The blanks in order.
    pub fn blanks(&self) -> impl Iterator<Item = Blank> + '_ {
        self.parts.iter().filter_map(|part| match part {
            Part::Blank(blank) => Some(*blank),
            Part::Literal(_) => None,
        })
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// The text with its blanks spelt in a style.
    pub fn spell(&self, style: BlankStyle) -> String {
        self.parts
            .iter()
            .map(|part| match part {
                Part::Literal(literal) => literal.as_str(),
                Part::Blank(blank) => blank.spelling(style),
            })
            .collect()
    }

    /// The text with something done to its literals; blanks stay.
    pub(super) fn map_literals(&self, mut change: impl FnMut(&str) -> String) -> Self {
        let parts = self.parts.iter().map(|part| match part {
            Part::Literal(literal) => Part::Literal(change(literal)),
            Part::Blank(blank) => Part::Blank(*blank),
        });
        Self { parts: parts.collect() }
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_blank_across_two_literals_is_one() {
        let parts = ["a<VM ", "NAME>", "{vmName}"].map(|text| Part::Literal(text.to_owned()));
        let text = Text::from_parts(parts);
        let blank = Part::Blank(Blank::VmName);
        assert_eq!(text.parts(), [Part::Literal("a".into()), blank.clone(), blank]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        #[test]
        fn bracketed_spellings_are_read_back(text in "([<>{}$ ]|<VM NAME>|\\{vmName\\}|VM NAME|\\PC){0,12}") {
            let read = Text::new(&text);
            for style in [BlankStyle::Angle, BlankStyle::Braces] {
                prop_assert_eq!(&Text::new(&read.spell(style)), &read);
            }
        }
    }
}
