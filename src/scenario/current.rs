//! `Current`: what a machine has, read from what GET returned.

use serde_json::{Map, Value};

use crate::arm::{
    Identity, IdentityTypeReading, ResourceType, ResourceTypeName, parse_id_of, parse_identity_type,
};

/// What a machine has, and what the text says of the machine itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Current {
    /// Its identities.
    pub identity: Identity,
    /// Its type, where the text is a whole resource.
    pub resource_type: Option<ResourceType>,
    /// Its subscription.
    pub subscription: Option<String>,
    /// Its resource group.
    pub resource_group: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// Its region.
    pub location: Option<String>,
    /// It is a scale set whose orchestration mode is `Flexible`: it takes user-assigned identities only.
    pub is_flexible: bool,
}

/// A text that says nothing of a machine's identities.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CurrentError {
    /// It is not JSON.
    #[error("it is not JSON ({0}); expected what GET or `az vm show` returned")]
    NotJson(String),
    /// It is JSON of another shape.
    #[error("it is {0}, not a machine; expected what GET or `az vm show` returned, or its `identity`")]
    NotAMachine(String),
    /// It is another resource.
    #[error("it is a resource of type {}, which is neither a virtual machine nor a scale set", .0.escape_debug())]
    OtherType(String),
    /// Its id is not that of a machine.
    #[error("its id `{}` is not that of a virtual machine or scale set", .0.escape_debug())]
    OtherId(String),
    /// The service answered with an error.
    #[error("it is the error that Azure Resource Manager answered with: {0}")]
    Answer(String),
    /// The `type` of the identity is none.
    #[error(
        "its identity has the type {0}; expected None, SystemAssigned, UserAssigned or \"SystemAssigned, UserAssigned\""
    )]
    IdentityType(String),
    /// The user-assigned identities are not listed as Azure does.
    #[error("its `{0}` is not as Azure Resource Manager lists identities")]
    Ids(&'static str),
    /// The type says that there are user-assigned identities, and none is listed.
    #[error(
        "its identity says UserAssigned and lists no ids: get it again with API version 2017-12-01 or later"
    )]
    IdsMissing,
    /// The type says that there are no user-assigned identities, and some are listed.
    #[error(
        "its identity says {0} and lists user-assigned identities: no answer of Azure Resource Manager does"
    )]
    IdsUnexpected(String),
}

impl Current {
    /// Reads what GET returned in any API version: a whole machine or its `identity`; also what the Azure CLI prints.
    ///
    /// # Errors
    /// [`CurrentError`] says what the text is instead.
    pub fn read(text: &str) -> Result<Self, CurrentError> {
        let text = text.trim_start_matches('\u{feff}');
        let value: Value =
            serde_json::from_str(text).map_err(|error| CurrentError::NotJson(error.to_string()))?;
        let object = match &value {
            Value::Object(object) => object,
            // `az vm identity show` and `--query identity` of a machine without identities.
            Value::Null => return Ok(Self::of_identity(Identity::none())),
            Value::Array(elements) => {
                let elements = elements.len();
                return Err(CurrentError::NotAMachine(format!("an array of {elements}")));
            }
            other => return Err(CurrentError::NotAMachine(kind_of(other).to_owned())),
        };
        if let Some(Value::Object(error)) = object.get("error") {
            let word = |name: &str| error.get(name).and_then(Value::as_str).unwrap_or_default();
            let line = |text: &str| text.chars().take(200).collect::<String>().escape_debug().to_string();
            let answer = format!("{}: {}", line(word("code")), line(word("message")));
            return Err(CurrentError::Answer(answer));
        }
        if is_identity(object) {
            return Ok(Self::of_identity(read_identity(object)?));
        }
        Self::of_resource(object)
    }

    fn of_identity(identity: Identity) -> Self {
        Self {
            identity,
            resource_type: None,
            subscription: None,
            resource_group: None,
            name: None,
            location: None,
            is_flexible: false,
        }
    }

    fn of_resource(object: &Map<String, Value>) -> Result<Self, CurrentError> {
        let text = |name: &str| object.get(name).and_then(Value::as_str);
        let of_type = match text("type") {
            Some(name) => {
                let known = ResourceTypeName::parse(name).and_then(|name| name.known());
                let known = known.filter(|known| known.has_identity());
                Some(known.ok_or_else(|| CurrentError::OtherType(name.chars().take(100).collect()))?)
            }
            None => None,
        };
        let machines = [ResourceType::VirtualMachine, ResourceType::VirtualMachineScaleSet];
        let id = match text("id") {
            Some(id) => {
                let mut candidates = machines.into_iter().filter(|it| of_type.is_none_or(|own| own == *it));
                let found = candidates.find_map(|machine| {
                    let id = parse_id_of(id, machine.namespace(), machine.type_segment()).ok()?;
                    Some((machine, id))
                });
                Some(found.ok_or_else(|| CurrentError::OtherId(id.chars().take(200).collect()))?)
            }
            None => None,
        };
        let resource_type = of_type.or(id.as_ref().map(|(machine, _)| *machine));
        let looks_like_one = object.contains_key("identity")
            || object.get("properties").and_then(Value::as_object).is_some_and(|properties| {
                ["vmId", "hardwareProfile", "virtualMachineProfile"]
                    .iter()
                    .any(|name| properties.contains_key(*name))
            });
        if resource_type.is_none() && !looks_like_one {
            return Err(CurrentError::NotAMachine("another object".to_owned()));
        }
        let identity = match object.get("identity") {
            None | Some(Value::Null) => Identity::none(),
            Some(Value::Object(identity)) => read_identity(identity)?,
            Some(other) => {
                return Err(CurrentError::NotAMachine(format!(
                    "an object whose identity is {}",
                    kind_of(other)
                )));
            }
        };
        let id = id.map(|(_, id)| id);
        let segment = |segment: Option<crate::arm::Segment<'_>>| segment.map(|it| it.text.to_owned());
        Ok(Self {
            identity,
            resource_type,
            subscription: id.as_ref().and_then(|id| segment(id.subscription)),
            resource_group: id
                .as_ref()
                .and_then(|id| segment(id.resource_group))
                .or_else(|| text("resourceGroup").map(str::to_owned)),
            name: id.as_ref().and_then(|id| segment(id.name)).or_else(|| text("name").map(str::to_owned)),
            location: text("location").map(str::to_owned),
            is_flexible: is_flexible(object),
        })
    }
}

/// Whether an answer says that a scale set is Flexible; `az` puts its properties at the top.
fn is_flexible(object: &Map<String, Value>) -> bool {
    let properties = object.get("properties").and_then(Value::as_object);
    [Some(object), properties].into_iter().flatten().flatten().any(|(name, value)| {
        name.eq_ignore_ascii_case("orchestrationMode")
            && value.as_str().is_some_and(|mode| mode.eq_ignore_ascii_case("Flexible"))
    })
}

/// Whether an object is the identity itself: a resource has a type with a slash in it.
fn is_identity(object: &Map<String, Value>) -> bool {
    let of_identity = ["principalId", "tenantId", "userAssignedIdentities", "identityIds"];
    let of_resource = ["identity", "properties", "location", "id", "name"];
    let has = |names: &[&str]| names.iter().any(|name| object.contains_key(*name));
    let named = object.get("type").and_then(Value::as_str).is_some_and(|name| !name.contains('/'));
    !has(&of_resource) && (named || has(&of_identity))
}

fn read_identity(identity: &Map<String, Value>) -> Result<Identity, CurrentError> {
    let read = match identity.get("type") {
        Some(Value::String(text)) => match parse_identity_type(text) {
            IdentityTypeReading::Exact(kind) | IdentityTypeReading::Accepted(kind) => Ok(kind),
            IdentityTypeReading::Invalid { .. } => {
                Err(format!("`{}`", text.chars().take(60).collect::<String>().escape_debug()))
            }
        },
        Some(other) => Err(kind_of(other).to_owned()),
        None => Err("nothing".to_owned()),
    };
    let kind = read.map_err(CurrentError::IdentityType)?;
    let mut ids: Vec<String> = Vec::new();
    match identity.get("identityIds") {
        None | Some(Value::Null) => {}
        Some(Value::Array(listed)) => {
            for id in listed {
                ids.push(id.as_str().ok_or(CurrentError::Ids("identityIds"))?.to_owned());
            }
        }
        Some(_) => return Err(CurrentError::Ids("identityIds")),
    }
    match identity.get("userAssignedIdentities") {
        None | Some(Value::Null) => {}
        Some(Value::Object(map)) => ids.extend(map.keys().cloned()),
        Some(_) => return Err(CurrentError::Ids("userAssignedIdentities")),
    }
    match (kind.has_user_assigned(), ids.is_empty()) {
        (true, true) => Err(CurrentError::IdsMissing),
        (false, false) => Err(CurrentError::IdsUnexpected(kind.to_string())),
        _ => Ok(Identity::new(kind.has_system_assigned(), ids)),
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str =
        "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/ID1";

    fn identity(text: &str) -> Result<Identity, CurrentError> {
        Current::read(text).map(|current| current.identity)
    }

    #[test]
    fn every_form_of_an_answer_is_read() {
        let both = Identity::new(true, [ID]);
        for text in [
            format!(r#"{{"type":"SystemAssigned, UserAssigned","identityIds":["{ID}"]}}"#),
            format!(
                r#"{{"principalId":"p","tenantId":"t","type":"SystemAssigned, UserAssigned",
                    "userAssignedIdentities":{{"{ID}":{{"clientId":"c","principalId":"p"}}}}}}"#
            ),
            format!(
                "\u{feff}{{\"location\":\"westus\",\"identity\":{{\"type\":\"systemassigned,userassigned\",\
                 \"userAssignedIdentities\":{{\"{ID}\":{{}}}}}},\"type\":\"microsoft.compute/virtualmachines\"}}"
            ),
        ] {
            assert_eq!(identity(&text), Ok(both.clone()), "{text}");
        }
        for none in ["null", r#"{"type":"None"}"#, r#"{"identity":null,"name":"vm"}"#] {
            assert_eq!(identity(none), Ok(Identity::none()), "{none}");
        }
        let system =
            r#"{"principalId":"p","tenantId":"t","type":"SystemAssigned","userAssignedIdentities":null}"#;
        assert_eq!(identity(system), Ok(Identity::new(true, [""; 0])));
    }

    #[test]
    fn a_whole_resource_says_where_it_is() {
        let current = Current::read(
            r#"{"id":"/subscriptions/s/resourceGroups/RG/providers/Microsoft.Compute/virtualMachineScaleSets/set",
                "location":"eastus","properties":{}}"#,
        )
        .unwrap();
        assert_eq!(current.resource_type, Some(ResourceType::VirtualMachineScaleSet));
        assert_eq!(
            (current.subscription, current.resource_group, current.name, current.location),
            (Some("s".into()), Some("RG".into()), Some("set".into()), Some("eastus".into()))
        );
    }

    #[test]
    fn a_flexible_set_is_known_for_one() {
        let id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachineScaleSets/x";
        for (members, wanted) in [
            (r#""properties":{"orchestrationMode":"Flexible"}"#, true),
            (r#""orchestrationMode":"flexible""#, true),
            (r#""properties":{"orchestrationMode":"Uniform"}"#, false),
            (r#""properties":{}"#, false),
        ] {
            let current = Current::read(&format!(r#"{{"id":"{id}",{members}}}"#)).unwrap();
            assert_eq!(current.is_flexible, wanted, "{members}");
        }
    }

    #[test]
    fn what_is_no_machine_is_named() {
        let message = |text: &str| Current::read(text).unwrap_err().to_string();
        assert!(message("").starts_with("it is not JSON (EOF"));
        assert!(message("[{}, {}]").starts_with("it is an array of 2, not a machine"));
        assert!(message("{}").starts_with("it is another object, not a machine"));
        assert!(message("3").starts_with("it is a number, not a machine"));
        assert_eq!(
            message(r#"{"type":"Microsoft.Web/sites","identity":null}"#),
            "it is a resource of type Microsoft.Web/sites, which is neither a virtual machine nor a scale set"
        );
        assert!(
            message(r#"{"id":"/subscriptions/s","identity":null}"#).starts_with("its id `/subscriptions/s`")
        );
        assert_eq!(
            message(r#"{"error":{"code":"ResourceNotFound","message":"a\nb"}}"#),
            r"it is the error that Azure Resource Manager answered with: ResourceNotFound: a\nb"
        );
        assert!(message(r#"{"type":"System","principalId":"p"}"#).contains("has the type `System`"));
        assert!(message(r#"{"type":"UserAssigned"}"#).contains("2017-12-01 or later"));
        assert!(message(r#"{"type":"UserAssigned","identityIds":[1]}"#).contains("`identityIds`"));
        assert!(message(r#"{"type":"None","identityIds":["x"]}"#).contains("says None and lists"));
        assert!(message(r#"{"identity":"x"}"#).contains("identity is a string"));
    }
}
