//! The pure functions of the template language, exactly as ARM's own library answers: what depends on a deployment,
//! on names or on lambdas is the evaluator's.
//!
//! Facts: Microsoft's reference of template functions and recorded answers of the library that ships with Bicep 0.49.

mod cidr;
mod collections;
mod dates;
mod hash;
pub(super) mod ids;
pub(super) mod json_text;
mod logic;
mod text;
mod uris;

pub(super) use collections::{index, member_text};
pub(super) use dates::{Moment, utc_now};

use super::budget::Budget;
use super::refusal::{Cause, Outcome, Refusal};
use super::value::{Data, Object, Value, ValueKind};

/// A call whose arguments are evaluated.
pub(super) struct Call<'a> {
    /// The function's name as it is written.
    pub(super) name: &'a str,
    pub(super) args: &'a [Value],
    pub(super) budget: &'a mut Budget,
}

/// How much of its arguments a function has to know.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Needs {
    /// Everything, down to the last member.
    All,
    /// What the arguments are; elements and members may be unknown.
    Outline,
    /// Nothing: it decides itself, and gives `None` where it cannot.
    Itself,
}

/// A pure function. `None`: it cannot be known, as it needs what is not.
pub(super) type Run = fn(&mut Call<'_>) -> Outcome<Option<Value>>;

/// The pure function called `name`, which is in lower case.
pub(super) fn find(name: &str) -> Option<(Needs, Run)> {
    use Needs::{All, Itself, Outline};
    Some(match name {
        "add" | "sub" | "mul" | "div" | "mod" => (All, logic::arithmetic),
        "array" => (Itself, collections::array),
        "base64" => (All, text::base64),
        "base64tojson" => (All, text::base64_to_json),
        "base64tostring" => (All, text::base64_to_string),
        "bool" => (All, logic::to_bool),
        "builduri" => (All, uris::build_uri),
        "cidrhost" => (All, cidr::cidr_host),
        "cidrsubnet" => (All, cidr::cidr_subnet),
        "contains" => (Outline, collections::contains),
        "createarray" => (Itself, collections::create_array),
        "createobject" => (Itself, collections::create_object),
        "datauri" => (All, text::data_uri),
        "datauritostring" => (All, text::data_uri_to_string),
        "datetimeadd" => (All, dates::date_time_add),
        "datetimefromepoch" => (All, dates::date_time_from_epoch),
        "datetimetoepoch" => (All, dates::date_time_to_epoch),
        "distinct" => (Outline, collections::distinct),
        "empty" => (Outline, collections::empty),
        "startswith" | "endswith" => (All, text::starts_or_ends_with),
        "equals" => (Itself, logic::equals),
        "fail" => (All, logic::fail),
        "false" | "true" => (All, logic::truth),
        "first" | "last" => (Outline, collections::first_or_last),
        "flatten" => (Itself, collections::flatten),
        "float" => (All, logic::to_float),
        "format" => (All, text::format),
        "greater" | "greaterorequals" | "less" | "lessorequals" => (All, logic::compare),
        "guid" => (All, hash::guid),
        "uniquestring" => (All, hash::unique_string),
        "indexfromend" => (Outline, collections::index_from_end),
        "tryindexfromend" => (Outline, collections::try_index_from_end),
        "indexof" | "lastindexof" => (Outline, collections::index_of),
        "int" => (All, logic::to_int),
        "intersection" => (Outline, collections::intersection),
        "items" => (Outline, collections::items),
        "join" => (All, text::join),
        "json" => (All, text::json),
        "length" => (Outline, collections::length),
        "like" => (All, text::like),
        "max" | "min" => (All, logic::extreme),
        "not" => (All, logic::not),
        "null" => (All, logic::null),
        "objectkeys" => (Outline, collections::object_keys),
        "padleft" => (All, text::pad_left),
        "parsecidr" => (All, cidr::parse_cidr),
        "parseuri" => (All, uris::parse_uri),
        "range" => (All, collections::range),
        "replace" => (All, text::replace),
        "shallowmerge" => (Itself, collections::shallow_merge),
        "skip" | "take" => (Outline, collections::skip_or_take),
        "split" => (All, text::split),
        "string" => (All, text::string),
        "substring" => (All, text::substring),
        "concat" => (Outline, text::concat),
        "tolower" | "toupper" => (All, text::change_case),
        "trim" => (All, text::trim),
        "tryget" => (Outline, collections::try_get_call),
        "union" => (Outline, collections::union),
        "uri" => (All, uris::uri),
        "uricomponent" => (All, uris::uri_component),
        "uricomponenttostring" => (All, uris::uri_component_to_string),
        "tenantresourceid" => (All, ids::tenant_resource_id),
        "extensionresourceid" => (All, ids::extension_resource_id),
        _ => return None,
    })
}

/// A refusal of the arguments of a function.
pub(super) fn invalid(message: impl Into<String>) -> Box<Refusal> {
    Refusal::new(Cause::ArgumentKind, message)
}

pub(super) const SEE: &str = "Please see https://aka.ms/arm-functions for usage details.";

/// The word for the place of an argument.
pub(super) fn nth(index: usize) -> &'static str {
    const WORDS: [&str; 8] = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth"];
    WORDS.get(index).copied().unwrap_or("next")
}

impl<'a> Call<'a> {
    /// The refusal of the kind of an argument.
    pub(super) fn wrong(&self, index: usize, wanted: &str) -> Box<Refusal> {
        let which = if self.args.len() == 1 { String::new() } else { format!("{} ", nth(index)) };
        let found = self.args.get(index).map_or("Null", |it| it.kind().as_str());
        invalid(format!(
            "The template language function '{}' expects its {which}parameter to be of type '{wanted}'. The \
             provided value is of type '{found}'. {SEE}",
            self.name
        ))
    }

    /// An argument that is a text.
    pub(super) fn text(&self, index: usize) -> Outcome<&'a str> {
        self.args.get(index).and_then(Value::as_str).ok_or_else(|| self.wrong(index, "String"))
    }

    /// An argument that is an integer.
    pub(super) fn int(&self, index: usize) -> Outcome<i64> {
        self.args.get(index).and_then(Value::as_int).ok_or_else(|| self.wrong(index, "Integer"))
    }

    /// An argument that is an integer of 32 bits.
    pub(super) fn small_int(&self, index: usize) -> Outcome<i64> {
        let value = self.int(index)?;
        if i32::try_from(value).is_err() {
            return Err(invalid(format!(
                "The value '{value}' cannot be used as a number because it is either too large or too small. \
                 The value must be between '-2147483648' and '2147483647'."
            )));
        }
        Ok(value)
    }

    /// An argument that is an array.
    pub(super) fn array(&self, index: usize) -> Outcome<&'a [Value]> {
        self.args.get(index).and_then(Value::as_array).ok_or_else(|| self.wrong(index, "Array"))
    }

    /// An argument that is an object.
    pub(super) fn object(&self, index: usize) -> Outcome<&'a Object> {
        self.args.get(index).and_then(Value::as_object).ok_or_else(|| self.wrong(index, "Object"))
    }

    pub(super) fn arg(&self, index: usize) -> &'a Value {
        self.args.get(index).unwrap_or(&Value::NULL)
    }

    /// What could not be converted.
    pub(super) fn unconvertible(&self) -> Box<Refusal> {
        invalid(format!(
            "The template language function '{}' was invoked with a parameter that is not valid. The value cannot \
             be converted to the target type.",
            self.name
        ))
    }
}

/// A value as `string()` writes it. Refused: what has no text of its own.
pub(super) fn plain_text(value: &Value) -> Option<String> {
    Some(match &value.data {
        Data::Text(text) => text.to_string(),
        Data::Int(value) => value.to_string(),
        Data::Bool(value) => bool_text(*value).to_owned(),
        Data::Array(_) | Data::Object(_) => {
            let mut out = String::new();
            json_text::write(value, '"', &mut out);
            out
        }
        Data::Null | Data::Float(_) | Data::Open(_) => return None,
    })
}

pub(super) fn bool_text(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}

/// Kinds that texts are joined of.
pub(super) fn is_scalar(kind: ValueKind) -> bool {
    matches!(kind, ValueKind::String | ValueKind::Integer | ValueKind::Boolean | ValueKind::Float)
}
