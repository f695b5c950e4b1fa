//! Bodies from templates, checked before anybody sees them.

use std::fmt;

use minijinja::{Value, context};

use super::names::{Image, Names};
use crate::arm::{
    ApiVersion, Blank, BlankStyle, BodyValue, IdentityBlock, IdentityContract, Method, ResourceType,
};
use crate::container::Kind;
use crate::lint::{self, Given, Severity};
use crate::notation::{TemplateError, Templates};
use crate::text::Source;

/// A body that a template makes and that cannot be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum BodyError {
    /// The template itself fails.
    Template(TemplateError),
    /// What it makes is not a body.
    Invalid {
        /// The template.
        template: &'static str,
        /// The rule that finds it wrong, if one does.
        rule: Option<&'static str>,
        /// What is wrong.
        finding: String,
    },
}

impl fmt::Display for BodyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Template(error) => error.fmt(f),
            Self::Invalid { template, rule, finding } => {
                write!(f, "template {template} makes no valid body: {finding}")?;
                rule.map_or(Ok(()), |rule| write!(f, " ({rule})"))
            }
        }
    }
}

impl std::error::Error for BodyError {}

/// The first version with managed disks; before it, disks are blobs in a storage account.
const MANAGED_DISKS: ApiVersion = ApiVersion::preview(2016, 4, 30);

/// The longest computer name that Windows takes.
const WINDOWS_COMPUTER_NAME: usize = 15;
/// The longest computer name that Linux takes.
const LINUX_COMPUTER_NAME: usize = 64;
/// What a scale set appends to the prefix of its machines' computer names.
const SCALE_SET_SUFFIX: usize = 6;

/// The body that creates a resource of a type.
pub(super) fn full_body(
    resource_type: ResourceType,
    api_version: ApiVersion,
    names: &Names,
    image: Image,
    identity: Option<&IdentityBlock>,
    templates: &Templates,
) -> Result<BodyValue, BodyError> {
    let template = resource_type.body_template();
    let name = names.machine(resource_type);
    let blank = |blank: Blank| blank.spelling(BlankStyle::Angle);
    let storage = blank(Blank::StorageAccount);
    let values = context! {
        api_version => api_version.to_string(),
        resource_type => resource_type.full_name(),
        subscription => names.subscription(),
        resource_group => names.resource_group(),
        location => names.location(),
        name => name,
        computer_name => computer_name(name, resource_type, image),
        image => image.as_str(),
        managed_disks => api_version >= MANAGED_DISKS,
        vhds => format!("https://{storage}.blob.core.windows.net/vhds"),
        nic => names.nic(resource_type),
        nic_id => names.id_of("Microsoft.Network/networkInterfaces", &names.nic(resource_type)),
        disks => names.disks(resource_type),
        subnet_id => names.id_of("Microsoft.Network/virtualNetworks", "myVnet/subnets/mySubnet"),
        admin_password => blank(Blank::AdminPassword),
        ssh_public_key => blank(Blank::SshPublicKey),
    };
    let values = match identity {
        // Already JSON, its members in their order.
        Some(block) => context! { identity => Value::from_safe_string(block.to_json()), ..values },
        None => values,
    };
    let text = templates.render(template, values).map_err(BodyError::Template)?;
    let invalid = |rule, finding| BodyError::Invalid { template, rule, finding };

    if let Some((rule, finding)) = first_error(&text, resource_type, api_version) {
        return Err(invalid(Some(rule), finding));
    }
    let value: serde_json::Value =
        serde_json::from_str(&text).map_err(|error| invalid(None, format!("it is not JSON: {error}")))?;
    let body = BodyValue::from(value);
    let contract = IdentityContract::of(resource_type, api_version);
    let planned = identity.map(|block| identity_value(block, &contract));
    if !matches!(body, BodyValue::Object(_)) {
        return Err(invalid(None, "it is not an object".to_owned()));
    }
    if body.member("identity") != planned.as_ref() {
        let finding = "its `identity` is not the one that the template was given".to_owned();
        return Err(invalid(None, finding));
    }
    Ok(body)
}

/// An identity block as a value, its type spelt as the contract has it.
pub(super) fn identity_value(block: &IdentityBlock, contract: &IdentityContract) -> BodyValue {
    // What the block writes is JSON; a test of `arm` holds that for any id.
    serde_json::from_str::<serde_json::Value>(&block.to_json_in(contract))
        .map_or(BodyValue::Null, BodyValue::from)
}

/// What the linter says first of a body that cannot be sent: rule and message.
fn first_error(
    text: &str,
    resource_type: ResourceType,
    api_version: ApiVersion,
) -> Option<(&'static str, String)> {
    let given = Given {
        resource_type: Some(resource_type),
        method: Some(Method::Put),
        api_version: Some(api_version),
    };
    let options = lint::Options { given, ..lint::Options::default() };
    let source = Source::new("body.json", text);
    let findings = lint::check(&source, Kind::Json, &options);
    let worst = findings.into_iter().find(|finding| finding.severity == Severity::Error)?;
    let line = source.position(worst.span.start).line;
    Some((worst.rule.name, format!("{}, line {line} of what it makes", worst.message)))
}

/// A computer name from the name of a machine, or a scale set's prefix of one: what the name has of letters,
/// digits and hyphens, as long as it may be. A placeholder stays.
fn computer_name(name: &str, resource_type: ResourceType, image: Image) -> String {
    if name.contains(['<', '{', '$']) {
        return name.to_owned();
    }
    let longest = match image {
        Image::Windows => WINDOWS_COMPUTER_NAME,
        Image::Linux => LINUX_COMPUTER_NAME,
    };
    let suffix = if resource_type.is_set() { SCALE_SET_SUFFIX } else { 0 };
    let plain = name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-');
    let short: String = plain.skip_while(|c| *c == '-').take(longest - suffix).collect();
    let short = short.trim_end_matches('-');
    if short.bytes().all(|byte| byte.is_ascii_digit()) { "myVM".to_owned() } else { short.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VM: ResourceType = ResourceType::VirtualMachine;

    #[test]
    fn computer_names_are_short_and_plain() {
        let windows = |name: &str| computer_name(name, VM, Image::Windows);
        assert_eq!(windows("myVM"), "myVM");
        assert_eq!(windows("my.very_long-name-x-of-a-machine"), "myverylong-name");
        assert_eq!(windows("Ünïcode-ø"), "ncode");
        assert_eq!(windows("2024"), "myVM");
        assert_eq!(windows("<VM NAME>"), "<VM NAME>");
        let linux = computer_name(&"x".repeat(70), VM, Image::Linux);
        assert_eq!(linux.len(), 64);
        let prefix = computer_name("myLongScaleSet", ResourceType::VirtualMachineScaleSet, Image::Windows);
        assert_eq!(prefix, "myLongSca");
    }

    #[test]
    fn a_template_that_makes_no_body_is_named() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("bodies")).unwrap();
        let body = |text: &str| {
            std::fs::write(folder.path().join("bodies/vm.json.j2"), text).unwrap();
            let templates = Templates::with_folder(folder.path()).unwrap();
            let block = IdentityBlock::of_type(crate::arm::IdentityType::SystemAssigned);
            let version = "2024-07-01".parse().unwrap();
            full_body(VM, version, &Names::default(), Image::Windows, Some(&block), &templates)
                .map(|_| ())
                .map_err(|error| error.to_string())
        };
        let error = body(r#"{"location":{{ location }},"identity":{"type":"None"}}"#).unwrap_err();
        assert!(
            error.starts_with("template bodies/vm.json.j2 makes no valid body: its `identity` is"),
            "{error}"
        );
        let error = body(r#"{"location":{{ location }} "identity":{{ identity }}}"#).unwrap_err();
        assert!(error.starts_with("template bodies/vm.json.j2 makes no valid body: "), "{error}");
        let error = body("{{ nothing }}").unwrap_err();
        assert!(error.starts_with("template bodies/vm.json.j2, line 1: undefined value"), "{error}");
        assert!(body("[]").is_err());
        assert_eq!(body(r#"{"location":{{ location }},"identity":{{ identity }}}"#), Ok(()));
    }
}
