//! What a template does not say itself: where it is deployed to, and the values of its parameters.

use std::collections::HashMap;
use std::sync::Arc;

use super::calls::left_open;
use super::deployment::Given;
use super::linked::Files;
use crate::arm::contains_placeholder;
use crate::template::functions::Moment;
use crate::template::value::{Data, Place, Reason, Value};

/// What a template does not say itself.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is asked for by itself")]
pub struct Options {
    /// The id of the scope that it is deployed to.
    pub target: Target,
    /// The location of the group; above groups of the deployment.
    pub location: Option<String>,
    /// The tenant's id.
    pub tenant: Option<String>,
    /// The deployment's name.
    pub name: Option<String>,
    /// What `environment()` gives.
    pub cloud: Option<Value>,
    /// What `utcNow()` gives.
    pub(super) now: Option<Moment>,
    /// A parameter without value or default stays an expression.
    pub is_lenient: bool,
    /// Nested deployments stay requests of their own.
    pub keeps_nested: bool,
    /// Every mistake is looked for, not only the first: what is refused stands for a value that is not known, and no
    /// default of a secure parameter is put in.
    pub finds_all: bool,
    /// Defaults that are looked at and then left out of account, as if whoever deploys gave other values.
    pub opens: Opens,
    /// What a secure parameter has stays an expression, in nested deployments too, wherever it comes from.
    pub hides_secure: bool,
    /// The files beside the template: linked templates are read from there, if they are.
    pub files: Option<Files>,
    pub(super) given: HashMap<String, (Arc<str>, Given)>,
}

/// Defaults that are left out of account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Opens {
    /// None: the template is deployed as it stands.
    #[default]
    Nothing,
    /// Those that say nothing, empty or to be filled in: another value is meant to be given.
    Blank,
    /// All: what is refused then is refused whatever the parameters are.
    All,
}

impl Opens {
    /// True if a default is left out of account.
    pub(in crate::template::engine) fn takes(self, default: &Value) -> bool {
        match self {
            Self::Nothing => false,
            Self::Blank => says_nothing(default),
            Self::All => true,
        }
    }
}

fn says_nothing(value: &Value) -> bool {
    match &value.data {
        Data::Null => true,
        Data::Text(text) => text.trim().is_empty() || contains_placeholder(text) || asks_for_it(text),
        Data::Array(_) => value.as_array().unwrap_or_default().iter().all(says_nothing),
        Data::Object(object) => object.members().iter().all(|it| says_nothing(&it.value)),
        _ => false,
    }
}

/// True for words that ask whoever deploys for a value: `replace with your id`, `Enter the name here`.
fn asks_for_it(text: &str) -> bool {
    const ASKING: [&str; 9] =
        ["replace", "enter", "insert", "specify", "provide", "please", "your", "change", "fill"];
    let mut words = text.split_whitespace();
    let first = words.next().unwrap_or_default();
    words.next().is_some() && ASKING.iter().any(|it| first.eq_ignore_ascii_case(it))
}

/// Where a template is deployed to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// A subscription's id.
    pub subscription: Option<String>,
    /// A resource group's name.
    pub resource_group: Option<String>,
    /// A management group's name.
    pub management_group: Option<String>,
}

/// An id that is none of a scope.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not the id of a scope; write /subscriptions/ID/resourceGroups/NAME, /subscriptions/ID, \
     /providers/Microsoft.Management/managementGroups/NAME or /"
)]
pub struct UnknownTarget(String);

/// A time that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a time; write it as 2026-01-31T12:00:00Z")]
pub struct UnknownTime(String);

/// Why a file of parameters gives none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotGiven {
    /// It is not an object.
    #[error("holds no parameters")]
    NoParameters,
    /// One that is named has no value.
    #[error("the parameter `{0}` has neither `value` nor `reference`")]
    NoValue(String),
}

impl std::str::FromStr for Target {
    type Err = UnknownTarget;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let segments: Vec<&str> = text.trim_matches('/').split('/').collect();
        let is = |text: &str, wanted: &str| text.eq_ignore_ascii_case(wanted);
        match segments.as_slice() {
            [""] if !text.is_empty() => Ok(Self::default()),
            [a, id] if is(a, "subscriptions") && !id.is_empty() => {
                Ok(Self { subscription: Some((*id).to_owned()), ..Self::default() })
            }
            [a, id, b, group] if is(a, "subscriptions") && is(b, "resourceGroups") => Ok(Self {
                subscription: Some((*id).to_owned()),
                resource_group: Some((*group).to_owned()),
                ..Self::default()
            }),
            [a, b, c, group]
                if is(a, "providers") && is(b, "Microsoft.Management") && is(c, "managementGroups") =>
            {
                Ok(Self { management_group: Some((*group).to_owned()), ..Self::default() })
            }
            _ => Err(UnknownTarget(text.to_owned())),
        }
    }
}

impl Options {
    /// Gives a parameter a value; a later one counts.
    pub fn give(&mut self, name: &str, value: Value, place: Option<Place>) {
        self.given.insert(name.to_lowercase(), (name.into(), Given { value, place }));
    }

    /// Gives what a file of parameters gives: within its frame, or bare as the clients take it. `admits` may hold values
    /// back, whose parameters then stay expressions.
    ///
    /// # Errors
    ///
    /// If `file` holds no parameters, or one of them has no value.
    pub fn give_file(&mut self, file: &Value, admits: impl Fn(&Value) -> bool) -> Result<(), NotGiven> {
        let framed = file.get("parameters").filter(|it| it.as_object().is_some());
        let entries = framed.unwrap_or(file).as_object().ok_or(NotGiven::NoParameters)?;
        for entry in entries.members() {
            if framed.is_none() && (entry.name.starts_with('$') || &*entry.name == "contentVersion") {
                continue;
            }
            match given_value(&entry.value) {
                Some(value) if admits(&value) => self.give(&entry.name, value, entry.place),
                Some(value) => {
                    let quoted = entry.name.replace('\'', "''");
                    let open = Value::open(format!("parameters('{quoted}')"), Reason::Parameter);
                    self.give(&entry.name, open.at(value.place), entry.place);
                }
                None => return Err(NotGiven::NoValue(entry.name.to_string())),
            }
        }
        Ok(())
    }

    /// Fixes the clock.
    ///
    /// # Errors
    ///
    /// If `text` is not a time.
    pub fn set_now(&mut self, text: &str) -> Result<(), UnknownTime> {
        self.now = Some(Moment::read(text).ok_or_else(|| UnknownTime(text.to_owned()))?);
        Ok(())
    }

    /// Names the cloud whose addresses `environment()` gives; false if it is not known.
    pub fn set_cloud(&mut self, name: &str) -> bool {
        self.cloud = crate::template::environment::environment(name);
        self.cloud.is_some()
    }
}

/// A value in a secret's place.
fn key_vault(reference: &Value) -> Value {
    let part = |path: &[&str]| {
        let mut value = Some(reference);
        for name in path {
            value = value.and_then(|it| it.get(name));
        }
        value.cloned()
    };
    let mut args =
        vec![part(&["keyVault", "id"]).unwrap_or(Value::NULL), part(&["secretName"]).unwrap_or(Value::NULL)];
    args.extend(part(&["secretVersion"]));
    let Data::Open(open) = left_open("getKeyVaultSecret", &args, Reason::Secure).data else {
        return Value::NULL;
    };
    Value::open(open.text.clone(), Reason::Secure)
}

/// What an entry of a parameters file gives: its `value`, or the secret that it refers to.
pub fn given_value(entry: &Value) -> Option<Value> {
    if let Some(open) = entry.as_open() {
        return Some(Value::open(format!("{}.value", open.text), open.reason).at(entry.place));
    }
    if let Some(reference) = entry.get("reference") {
        return Some(key_vault(reference).at(reference.place));
    }
    entry.get("value").cloned()
}
