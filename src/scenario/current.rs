//! `Current`: what a machine has, read from what GET returned.

use super::current_error::CurrentError;
use super::json::{Json, Members};
use crate::arm::{
    Identity, IdentityId, IdentityIds, IdentityType, ResourceId, ResourceType, ResourceTypeName,
    parse_user_assigned, published_identity_type,
};

/// What a machine has, and what the text says of the machine itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Current {
    /// Its identities.
    pub identity: Identity,
    /// Its type, where the text is a whole resource.
    pub resource_type: Option<ResourceTypeName>,
    /// Its id.
    pub id: Option<String>,
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
    /// The principal and client ids of its user-assigned identities, each with the id of the identity.
    pub guids: Vec<(String, IdentityId)>,
    /// All of it, where the text is a resource.
    pub(super) members: Option<Members>,
}

impl Current {
    /// Reads an object: a whole resource, or an identity.
    pub(super) fn of_object(object: &Members) -> Result<Self, CurrentError> {
        object.check_names()?;
        if is_identity(object) {
            let (identity, guids) = read_identity(object, false)?;
            return Ok(Self { guids, ..Self::of_identity(identity) });
        }
        Self::of_resource(object)
    }

    /// A machine of which nothing is known but its identities.
    pub fn of_identity(identity: Identity) -> Self {
        Self {
            identity,
            resource_type: None,
            id: None,
            subscription: None,
            resource_group: None,
            name: None,
            location: None,
            is_flexible: false,
            guids: Vec::new(),
            members: None,
        }
    }

    fn of_resource(object: &Members) -> Result<Self, CurrentError> {
        // What `Get-AzResource` calls them stands beside.
        let text = |names: [&str; 2]| names.iter().find_map(|name| object.text(name));
        let short = |text: &str, most: usize| text.chars().take(most).collect::<String>();
        let id_text = text(["id", "ResourceId"]);
        let id = id_text.map(|text| ResourceId::parse(text).map_err(|_| text));
        let type_text = text(["type", "ResourceType"]);
        let of_type = match type_text {
            Some(name) => {
                let known = ResourceTypeName::parse(name);
                Some(known.ok_or_else(|| CurrentError::OtherType(short(name, 100), "which names no type"))?)
            }
            None => None,
        };
        let of_id = match &id {
            Some(Ok(id)) => id.resource_type(),
            _ => None,
        };
        let noun = |of: Option<&ResourceTypeName>| {
            of.map_or_else(|| "a virtual machine or scale set".to_owned(), |it| format!("a {it}"))
        };
        let resource_type = match (of_type, of_id) {
            (Some(own), Some(other)) if own != other => {
                return Err(CurrentError::OtherId(short(id_text.unwrap_or_default(), 200), noun(Some(&own))));
            }
            (own, None) if id.is_some() => {
                return Err(CurrentError::OtherId(
                    short(id_text.unwrap_or_default(), 200),
                    noun(own.as_ref()),
                ));
            }
            (own, other) => other.or(own),
        };
        if let Some(why) = resource_type.as_ref().and_then(without_identities) {
            let name = resource_type.as_ref().map_or("", ResourceTypeName::as_str);
            return Err(CurrentError::OtherType(short(name, 100), why));
        }
        let (identity, guids) = match object.get("identity") {
            Some(Json::Null) => (Identity::none(), Vec::new()),
            Some(Json::Object(identity)) => read_identity(identity, is_of_compute_cmdlet(object))?,
            Some(Json::Text(cut)) => return Err(CurrentError::Cut(quoted(cut))),
            Some(other) => {
                let what = format!("an object whose identity is {}", other.noun());
                return Err(CurrentError::NotAMachine(what));
            }
            None => {
                if let Some((name, _)) = object.0.iter().find(|(_, value)| looks_like_identity(value)) {
                    return Err(CurrentError::Misnamed(short(name, 60)));
                }
                if !is_whole(object) {
                    return Err(if resource_type.is_some() || object.has("name") {
                        CurrentError::NotWhole("a part of an answer")
                    } else {
                        CurrentError::NotAMachine("another object".to_owned())
                    });
                }
                (Identity::none(), Vec::new())
            }
        };
        let id = id.and_then(Result::ok);
        let segment = |segment: Option<crate::arm::Segment<'_>>| segment.map(|it| it.text.to_owned());
        Ok(Self {
            identity,
            guids,
            resource_type,
            subscription: id.as_ref().and_then(|id| segment(id.subscription)),
            resource_group: id
                .as_ref()
                .and_then(|id| segment(id.resource_group))
                .or_else(|| text(["resourceGroup", "ResourceGroupName"]).map(str::to_owned)),
            name: id
                .as_ref()
                .and_then(|id| segment(id.name()))
                .or_else(|| object.text("name").map(str::to_owned)),
            id: id.map(|id| id.text.to_owned()),
            location: object.text("location").map(str::to_owned),
            is_flexible: is_flexible(object),
            members: Some(object.clone()),
        })
    }

    /// The type, where it is one of those that are known in every detail.
    pub fn known_type(&self) -> Option<ResourceType> {
        self.resource_type.as_ref().and_then(ResourceTypeName::known)
    }
}

/// Why a resource of a type cannot be given identities, where that is known.
fn without_identities(name: &ResourceTypeName) -> Option<&'static str> {
    if name.known() == Some(ResourceType::UserAssignedIdentity) {
        return Some("which is an identity and has none");
    }
    let instance = "Microsoft.Compute/virtualMachineScaleSets/virtualMachines";
    name.as_str()
        .eq_ignore_ascii_case(instance)
        .then_some("whose identities are those of its scale set: read and change the set")
}

/// Whether the object has what every whole answer has, so that an `identity` that is not there is none.
fn is_whole(object: &Members) -> bool {
    let properties = matches!(object.get("properties"), Some(Json::Object(_) | Json::Text(_)));
    // `az` puts the properties of a machine at the top; those of a scale set have another id in them.
    let flat = ["vmId", "uniqueId"].iter().any(|name| object.text(name).is_some());
    properties || (flat && object.text("provisioningState").is_some())
}

/// Whether it is what `Get-AzVM` or `Get-AzVmss` returned, which have the numbers of [`TYPES`].
fn is_of_compute_cmdlet(object: &Members) -> bool {
    object.has("ResourceGroupName") && ["VmId", "VirtualMachineProfile"].iter().any(|name| object.has(name))
}

/// The types of identities by their numbers in Azure PowerShell's compute cmdlets.
///
/// Source: the enumeration `ResourceIdentityType` in Azure/azure-powershell,
/// `src/Compute/Compute.Management.Sdk/Generated/Models/ResourceIdentityType.cs`.
const TYPES: [IdentityType; 4] = [
    IdentityType::SystemAssigned,
    IdentityType::UserAssigned,
    IdentityType::SystemAssignedUserAssigned,
    IdentityType::None,
];

/// Whether an answer says that a scale set is Flexible; `az` puts its properties at the top.
fn is_flexible(object: &Members) -> bool {
    let properties = object.get("properties").and_then(Json::as_object);
    [Some(object), properties].into_iter().flatten().any(|members| {
        members.text("orchestrationMode").is_some_and(|mode| mode.eq_ignore_ascii_case("Flexible"))
    })
}

/// Whether an object is the identity itself: a resource has a type with a slash in it.
fn is_identity(object: &Members) -> bool {
    let of_identity = ["principalId", "tenantId", "userAssignedIdentities", "identityIds"];
    let of_resource = ["identity", "properties", "location", "id", "name"];
    let has = |names: &[&str]| names.iter().any(|name| object.has(name));
    let named = object.text("type").is_some_and(|name| !name.contains('/'));
    !has(&of_resource) && (named || has(&of_identity))
}

/// Whether a member may be the identity under a name that is not its own.
fn looks_like_identity(value: &Json) -> bool {
    let Json::Object(members) = value else { return false };
    let named = members.text("type").is_some_and(|text| published_identity_type(text).is_some());
    members.has("userAssignedIdentities") || (members.has("principalId") && members.has("tenantId")) || named
}

const LIST: &str = "identityIds";
const MAP: &str = "userAssignedIdentities";

type Guids = Vec<(String, IdentityId)>;

fn read_identity(identity: &Members, is_of_cmdlet: bool) -> Result<(Identity, Guids), CurrentError> {
    identity.check_names()?;
    let kind = match identity.get("type") {
        Some(Json::Text(text)) => published_identity_type(text).ok_or_else(|| quoted(text)),
        Some(Json::Number(number)) if is_of_cmdlet => {
            let at = number.as_u64().and_then(|number| usize::try_from(number).ok());
            let known = at.and_then(|at| TYPES.get(at));
            known.copied().ok_or_else(|| number.to_string())
        }
        Some(Json::Number(_)) => {
            return Err(CurrentError::Cut("a number for the identity's type".to_owned()));
        }
        Some(other) => Err(other.noun().to_owned()),
        None => Err("nothing".to_owned()),
    };
    let kind = kind.map_err(CurrentError::IdentityType)?;
    let mut ids = IdentityIds::new();
    let mut guids = Vec::new();
    let mut add = |name: &'static str, id: &str| {
        if let Err(error) = parse_user_assigned(id) {
            return Err(CurrentError::Ids(name, format!(": {} is not the id of one, {error}", quoted(id))));
        }
        if ids.insert(id) { Ok(()) } else { Err(CurrentError::Twice(id.chars().take(200).collect())) }
    };
    match identity.get(LIST) {
        None | Some(Json::Null) => {}
        Some(Json::List(listed)) => {
            for id in listed {
                add(LIST, id.as_text().ok_or_else(|| CurrentError::Ids(LIST, String::new()))?)?;
            }
        }
        Some(Json::Text(cut)) => return Err(CurrentError::Cut(quoted(cut))),
        Some(_) => return Err(CurrentError::Ids(LIST, String::new())),
    }
    match identity.get(MAP) {
        None | Some(Json::Null) => {}
        Some(Json::Object(map)) => {
            for (id, value) in &map.0 {
                match value {
                    Json::Object(members) => {
                        let own =
                            ["principalId", "clientId"].into_iter().filter_map(|name| members.text(name));
                        guids.extend(own.map(|guid| (guid.to_owned(), IdentityId::new(id))));
                    }
                    // Cut at the depth of `ConvertTo-Json`: the name is whole.
                    Json::Text(text) if is_cut(text) => {}
                    Json::Null => return Err(CurrentError::RequestBody(id.chars().take(300).collect())),
                    _ => return Err(CurrentError::Ids(MAP, String::new())),
                }
                add(MAP, id)?;
            }
        }
        Some(Json::Text(cut)) => return Err(CurrentError::Cut(quoted(cut))),
        Some(_) => return Err(CurrentError::Ids(MAP, String::new())),
    }
    match (kind.has_user_assigned(), ids.is_empty()) {
        (true, true) => Err(CurrentError::IdsMissing),
        (false, false) => Err(CurrentError::IdsUnexpected(kind.to_string())),
        _ => Ok((Identity { system_assigned: kind.has_system_assigned(), user_assigned: ids }, guids)),
    }
}

/// What `ConvertTo-Json` writes below its depth: the name of a type, or an object in its own notation.
fn is_cut(text: &str) -> bool {
    ["System.", "Microsoft.", "@{"].iter().any(|head| text.starts_with(head))
}

fn quoted(text: &str) -> String {
    format!("`{}`", text.chars().take(60).collect::<String>().escape_debug())
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
        for none in [r#"{"type":"None"}"#, r#"{"identity":null,"name":"vm"}"#] {
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
        assert_eq!(current.known_type(), Some(ResourceType::VirtualMachineScaleSet));
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
            (r#""identity":null,"orchestrationMode":"flexible""#, true),
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
        assert!(
            message(" ").starts_with("it is empty, and `az` prints nothing where a query finds nothing; `az")
        );
        assert!(message("{").starts_with("it is not JSON (EOF"));
        assert!(message("[{}, {}]").starts_with("it is a list of 2 machines"));
        assert!(message("{}").starts_with("it is another object, not a machine"));
        assert!(message("3").starts_with("it is a number, not a machine"));
        assert!(message("null").starts_with("it is null, which does not say whether there are identities; "));
        assert_eq!(
            message(r#"{"type":"Microsoft.ManagedIdentity/userAssignedIdentities","identity":null}"#),
            "it is a resource of type Microsoft.ManagedIdentity/userAssignedIdentities, which is an identity and has none"
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
        assert!(
            message(r#"{"type":"UserAssigned","identityIds":["x"]}"#).contains("`x` is not the id of one")
        );
        assert!(
            message(&format!(r#"{{"type":"None","identityIds":["{ID}"]}}"#)).contains("says None and lists")
        );
        assert!(message(r#"{"identity":3}"#).contains("identity is a number"));
    }

    #[test]
    fn what_is_not_known_is_not_none() {
        let message = |text: &str| Current::read(text).unwrap_err().to_string();
        let vm = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/web-1";
        let of = |members: &str| format!(r#"{{"id":"{vm}","name":"web-1"{members}}}"#);
        for partial in ["", r#","location":"westus""#, r#","vmId":"x""#, r#","properties":null"#] {
            assert!(message(&of(partial)).starts_with("it is a part of an answer, which"), "{partial}");
        }
        assert_eq!(identity(&of(r#","vmId":"x","provisioningState":"Succeeded""#)), Ok(Identity::none()));
        assert_eq!(identity(&of(r#","properties":{}"#)), Ok(Identity::none()));
        let map = |value: &str| {
            of(&format!(
                r#","identity":{{"type":"UserAssigned","userAssignedIdentities":{{"{ID}":{value}}}}}"#
            ))
        };
        assert!(message(&map("null")).contains("is null, as in a request"), "{}", message(&map("null")));
        assert!(message(&map("1")).contains("`userAssignedIdentities` is not as"));
        assert!(
            message(&of(r#","properties":{},"identiti":{"type":"SystemAssigned"}"#))
                .contains("`identiti` looks like")
        );
        assert!(
            message(&of(r#","identity":null,"Identity":{"type":"SystemAssigned"}"#))
                .contains("`Identity` stands")
        );
        let instance = of("").replace("virtualMachines/", "virtualMachineScaleSets/s/virtualMachines/");
        assert!(message(&instance).contains("those of its scale set"), "{}", message(&instance));
    }

    #[test]
    fn what_powershell_cut_is_read_where_it_is_known() {
        let of = |identity: &str| {
            format!(
                r#"{{"ResourceGroupName":"g","Id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/w",
                    "VmId":"v","Name":"w","Type":"Microsoft.Compute/virtualMachines","Identity":{identity}}}"#
            )
        };
        let cut = r#""Microsoft.Azure.Management.Compute.Models.UserAssignedIdentitiesValue""#;
        let both = Identity::new(true, [ID]);
        for kind in ["2", "\"SystemAssignedUserAssigned\"", "\"SystemAssigned, UserAssigned\""] {
            let text = of(&format!(r#"{{"Type":{kind},"UserAssignedIdentities":{{"{ID}":{cut}}}}}"#));
            assert_eq!(identity(&text), Ok(both.clone()), "{kind}");
        }
        assert_eq!(identity(&of("null")), Ok(Identity::none()));
        assert_eq!(
            identity(&of(r#"{"Type":0,"UserAssignedIdentities":null}"#)),
            Ok(Identity::new(true, [""; 0]))
        );
        let message = |text: &str| identity(text).unwrap_err().to_string();
        for text in [
            of(r#""Microsoft.Azure.Management.Compute.Models.VirtualMachineIdentity""#),
            of(r#"{"Type":2,"UserAssignedIdentities":"System.Collections.Generic.Dictionary`2[a,b]"}"#),
            r#"{"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Web/sites/w","identity":{"type":0}}"#.to_owned(),
        ] {
            assert!(message(&text).contains("-Depth 10 -EnumsAsStrings"), "{}", message(&text));
        }
        assert!(message(&of(r#"{"Type":4}"#)).contains("has the type 4"));
    }
}
