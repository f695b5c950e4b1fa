//! Loops: their counts, and the arrays that those of properties, variables and outputs make.

use std::sync::Arc;

use crate::template::engine::deployment::is_loops;
use crate::template::engine::resource::Turn;
use crate::template::engine::state::{Engine, Site, Stand, Uncounted};
use crate::template::refusal::{Cause, Outcome, Refusal};
use crate::template::value::{Data, Member, Reason, Value, same_name};

impl Engine<'_> {
    /// The arrays that the loops of `copy` make, as members.
    pub(super) fn loops(&mut self, site: Site<'_>, copy: &Value, done: &mut Vec<Member>) -> Outcome<()> {
        for item in copy.as_array().unwrap_or_default() {
            let name = item.get("name").cloned().unwrap_or(Value::NULL);
            let name = self.value(site, &name)?;
            let Some(name) = name.as_str().map(Arc::<str>::from) else {
                return Err(Refusal::new(
                    Cause::CopyMisplaced,
                    "The template 'copy' definition has no name that is a text.",
                )
                .at(item.place));
            };
            let value = self.array_of(site, item, Some(&name))?;
            done.push(Member { name, place: item.get("name").and_then(|it| it.place), value });
        }
        Ok(())
    }

    /// The array that one loop makes: of a property, a variable or an output.
    pub(in crate::template::engine) fn array_of(
        &mut self,
        site: Site<'_>,
        item: &Value,
        name: Option<&Arc<str>>,
    ) -> Outcome<Value> {
        let input = item.get("input").cloned().unwrap_or(Value::NULL);
        if holds_loops(&input) {
            return Err(Refusal::new(
                Cause::CopyMisplaced,
                "The template 'copy' definition has nested copy arrays. The use of nested copy arrays is not \
                 supported. Please see https://aka.ms/arm-resource-loops for usage details.",
            )
            .at(input.place));
        }
        let count = self.count(site, item)?;
        let mut turns = site.turns.to_vec();
        let mut items = Vec::new();
        for index in count.indexes(name) {
            self.budget.steps(1)?;
            turns.push(Turn { name: name.cloned(), index, is_default: name.is_none() });
            let turn = Site { has_loops: false, ..site.turns(&turns) };
            let value = self.value(turn, &input);
            turns.pop();
            items.push(value?);
        }
        let is_whole = matches!(count, Count::Known(_));
        let result = if is_whole { Value::array(items) } else { Value::array_of_more(items) };
        let result = result.at(item.place);
        self.budget.value(&result)?;
        Ok(result)
    }

    /// The count of a loop.
    pub(in crate::template::engine) fn count(&mut self, site: Site<'_>, copy: &Value) -> Outcome<Count> {
        let raw = copy.get("count").cloned().unwrap_or(Value::NULL);
        let count = self.value(Site { stand: Stand::Count, ..site }, &raw)?;
        let place = raw.place.or(copy.place);
        match &count.data {
            Data::Int(count) if (0..=800).contains(count) => Ok(Count::Known(*count)),
            // What hangs on a value that is still to be given stands once, whatever else it hangs on; so does what the
            // cloud says. What the resources say comes too late.
            Data::Open(open)
                if open.reason <= Reason::Index
                    || self.options.finds_all
                    || (self.options.is_lenient && open.text.contains("parameters('"))
                    || is_of_place(&open.text) =>
            {
                if place.is_none_or(|place| self.uncounted_places.insert(place)) {
                    let name = copy.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
                    self.uncounted.push(Uncounted { name, count: format!("[{}]", open.text), place });
                }
                Ok(Count::Missing)
            }
            Data::Int(_) | Data::Open(_) => {
                let shown = match &count.data {
                    Data::Open(open) => format!("[{}]", open.text),
                    _ => count.as_int().unwrap_or_default().to_string(),
                };
                Err(Refusal::new(
                    Cause::CopyCount,
                    format!(
                        "The template 'copy' definition has an invalid copy count of: '{shown}'. The copy count must \
                         be a non-negative integer value and cannot exceed '800'. Please see \
                         https://aka.ms/arm-resource-loops for usage details."
                    ),
                )
                .at(place))
            }
            _ => Err(Refusal::new(
                Cause::CopyCount,
                format!(
                    "Evaluation result of language expression '{}' is type '{}', expected type is 'Integer'.",
                    raw.as_str().unwrap_or_default(),
                    count.kind().as_str()
                ),
            )
            .at(place)),
        }
    }
}

/// The count of a loop.
pub(in crate::template::engine) enum Count {
    Known(i64),
    /// It depends on a parameter that has no value: the loop stands once.
    Missing,
}

impl Count {
    /// The index of each turn.
    pub(in crate::template::engine) fn indexes(&self, name: Option<&Arc<str>>) -> Vec<Value> {
        match self {
            Self::Known(count) => (0..*count).map(Value::from).collect(),
            Self::Missing => {
                let text = name.map_or_else(
                    || "copyIndex()".to_owned(),
                    |name| format!("copyIndex('{}')", name.replace('\'', "''")),
                );
                vec![Value::open(text, Reason::Index)]
            }
        }
    }
}

/// True if an expression hangs on the cloud, which an option says, and on no resource.
fn is_of_place(text: &str) -> bool {
    let mut is_asked = false;
    for (at, _) in text.match_indices('(') {
        let before = text.get(..at).unwrap_or_default();
        let name =
            before.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_ascii_lowercase();
        match &*name {
            "environment" => is_asked = true,
            "reference" | "references" | "target" => return false,
            _ if name.starts_with("list") => return false,
            _ => {}
        }
    }
    is_asked
}

/// True if a loop stands anywhere in a value.
fn holds_loops(value: &Value) -> bool {
    if let Some(items) = value.as_array() {
        return items.iter().any(holds_loops);
    }
    value.as_object().is_some_and(|object| {
        object
            .members()
            .iter()
            .any(|it| (same_name(&it.name, "copy") && is_loops(&it.value)) || holds_loops(&it.value))
    })
}
