//! `IdentityBlock`: the `identity` of a body, in the form of any API version.

use std::fmt::Write as _;

use super::contract::IdentityContract;
use super::kind::IdentityType;

/// What a map of `userAssignedIdentities` does with an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IdChange {
    /// `{}`: the resource is to have it.
    Assign,
    /// `null`: it is to be taken away.
    Remove,
}

/// What a block says of user-assigned identities, as written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum BlockIds {
    /// Nothing.
    #[default]
    Absent,
    /// `identityIds`, an array.
    List(Vec<String>),
    /// `userAssignedIdentities`, a map, in the order of the text.
    Map(Vec<(String, IdChange)>),
}

impl BlockIds {
    /// The ids, in the order of the text.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        let (list, map): (&[String], &[(String, IdChange)]) = match self {
            Self::Absent => (&[], &[]),
            Self::List(ids) => (ids, &[]),
            Self::Map(entries) => (&[], entries),
        };
        list.iter().map(String::as_str).chain(map.iter().map(|(id, _)| id.as_str()))
    }

    /// How many ids are named.
    pub fn len(&self) -> usize {
        self.iter().count()
    }

    /// Whether no id is named.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }
}

/// The `identity` of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityBlock {
    /// The `type`.
    pub identity_type: IdentityType,
    /// The user-assigned identities.
    pub ids: BlockIds,
}

impl IdentityBlock {
    /// A block of a type alone.
    pub fn of_type(identity_type: IdentityType) -> Self {
        Self { identity_type, ids: BlockIds::Absent }
    }

    /// The block as compact JSON, its names in the order of Azure Resource Manager's documentation.
    ///
    /// ```
    /// use armbody::arm::{BlockIds, IdChange, IdentityBlock, IdentityType};
    /// let block = IdentityBlock {
    ///     identity_type: IdentityType::UserAssigned,
    ///     ids: BlockIds::Map(vec![("<ID1>".into(), IdChange::Assign), ("<ID2>".into(), IdChange::Remove)]),
    /// };
    /// assert_eq!(
    ///     block.to_json(),
    ///     r#"{"type":"UserAssigned","userAssignedIdentities":{"<ID1>":{},"<ID2>":null}}"#
    /// );
    /// ```
    pub fn to_json(&self) -> String {
        self.json(self.identity_type.as_str())
    }

    /// [`IdentityBlock::to_json`] with the type spelt as a contract has it.
    pub fn to_json_in(&self, contract: &IdentityContract) -> String {
        self.json(contract.spelling(self.identity_type))
    }

    fn json(&self, identity_type: &str) -> String {
        let mut json = String::from("{\"type\":");
        push_string(&mut json, identity_type);
        match &self.ids {
            BlockIds::Absent => {}
            BlockIds::List(ids) => {
                json.push_str(",\"identityIds\":[");
                for (at, id) in ids.iter().enumerate() {
                    json.push_str(if at == 0 { "" } else { "," });
                    push_string(&mut json, id);
                }
                json.push(']');
            }
            BlockIds::Map(entries) => {
                json.push_str(",\"userAssignedIdentities\":{");
                for (at, (id, change)) in entries.iter().enumerate() {
                    json.push_str(if at == 0 { "" } else { "," });
                    push_string(&mut json, id);
                    json.push_str(match change {
                        IdChange::Assign => ":{}",
                        IdChange::Remove => ":null",
                    });
                }
                json.push('}');
            }
        }
        json.push('}');
        json
    }
}

/// Writes a JSON string.
fn push_string(json: &mut String, text: &str) {
    json.push('"');
    for c in text.chars() {
        match c {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            c if c < ' ' => {
                // Writing to a string does not fail.
                let _ = write!(json, "\\u{:04x}", u32::from(c));
            }
            c => json.push(c),
        }
    }
    json.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_form_is_written() {
        assert_eq!(IdentityBlock::of_type(IdentityType::None).to_json(), r#"{"type":"None"}"#);
        let list = IdentityBlock {
            identity_type: IdentityType::SystemAssignedUserAssigned,
            ids: BlockIds::List(vec!["a".into(), "b".into()]),
        };
        assert_eq!(list.to_json(), r#"{"type":"SystemAssigned, UserAssigned","identityIds":["a","b"]}"#);
        assert_eq!(list.ids.iter().collect::<Vec<_>>(), ["a", "b"]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        #[test]
        fn any_id_makes_json(id in "[\\PC\n\t\r\"\\\\\u{1}]{0,20}") {
            let block = IdentityBlock {
                identity_type: IdentityType::UserAssigned,
                ids: BlockIds::List(vec![id.clone()]),
            };
            let value: serde_json::Value = serde_json::from_str(&block.to_json()).unwrap();
            prop_assert_eq!(&value["identityIds"][0], &serde_json::Value::String(id));
        }
    }
}
