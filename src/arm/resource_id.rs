//! `ResourceId`: the id of any resource, resource group or subscription.

use std::hash::{Hash, Hasher};

use super::id_error::{ResourceIdError, ResourceIdErrorKind as Kind, Slips};
use super::path::{ProviderPart, read_path};
use super::placeholder::is_placeholder;
use super::resource_type::ResourceTypeName;
use super::segment::{self, Marks, Segment};
use super::text::{hash_without_case, starts_without_case};

/// The id of a resource, a resource group or a subscription.
///
/// Compared and hashed without ASCII case. Any segment, or the whole, may be a placeholder.
#[derive(Debug, Clone)]
pub struct ResourceId<'a> {
    /// The id as written.
    pub text: &'a str,
    /// The subscription.
    pub subscription: Option<Segment<'a>>,
    /// The resource group.
    pub resource_group: Option<Segment<'a>>,
    /// The resource's provider, types and names. The last of several is the resource, an extension of what
    /// stands before it; none for a subscription or resource group.
    pub providers: Vec<ProviderPart<'a>>,
}

impl<'a> ResourceId<'a> {
    /// Reads an id of any kind.
    ///
    /// # Errors
    /// [`ResourceIdError`] names the mistake, where it is, and the fixed id where there is one reading.
    pub fn parse(text: &'a str) -> Result<Self, ResourceIdError> {
        let (id, slips) = Self::read_slips(text);
        let Some(mut error) = slips.into_error(text) else { return Ok(id) };
        // What is offered as an id is one: a text with several slips may need more than the edits of each.
        error.suggestion = error.suggestion.filter(|fixed| ResourceId::read_slips(fixed).1.is_empty());
        Err(error)
    }

    fn read_slips(text: &'a str) -> (Self, Slips) {
        let mut id = Self { text, subscription: None, resource_group: None, providers: Vec::new() };
        let mut slips = Slips::default();
        if is_placeholder(text) {
            return (id, slips);
        }
        if text.trim().is_empty() {
            slips.add(Kind::Empty, 0..text.len());
        } else if starts_without_case(text, "https://") || starts_without_case(text, "http://") {
            slips.add(Kind::Url, 0..text.len());
        } else {
            id.read(&mut slips);
        }
        (id, slips)
    }

    fn read(&mut self, slips: &mut Slips) {
        let text = self.text;
        if let Some(at) = segment::find_outside(text, 0, Marks::SPACE) {
            slips.add(Kind::Whitespace, at..at + 1);
        }
        let mut segments = segment::split(text, 0..text.len());
        let prefix = segments[0];
        let prefixed = !prefix.text.is_empty() && prefix.is_placeholder();
        if prefix.text.is_empty() || prefixed {
            segments.remove(0);
        } else if segments.len() == 1 {
            let guid = super::guid::looks_like_guid(text);
            slips.add(if guid { Kind::GuidAlone } else { Kind::BareName }, 0..text.len());
            return;
        } else {
            slips.fix(Kind::MissingLeadingSlash, 0..0, 0..0, "/");
        }
        for empty in segments.iter().filter(|segment| segment.text.is_empty()) {
            let slash = empty.start - 1..empty.start;
            let kind = if empty.start == text.len() { Kind::TrailingSlash } else { Kind::EmptySegment };
            slips.fix(kind, slash.clone(), slash, "");
        }
        segments.retain(|segment| !segment.text.is_empty());
        let reading = read_path(&segments, prefixed, text.len());
        slips.0.extend(reading.slips.0);
        if let Some(rest) = reading.rest {
            let expected = if self.at_start(rest) { "subscriptions" } else { "providers" };
            slips.add(Kind::UnexpectedSegment { found: rest.text.to_owned(), expected }, rest.span());
        }
        let unnamed = reading
            .providers
            .iter()
            .any(|part| part.types.is_empty() || part.types.last().is_some_and(|(_, name)| name.is_none()));
        if unnamed {
            slips.add(Kind::MissingValue { of: "resource's name" }, text.len()..text.len());
        }
        self.subscription = reading.subscription;
        self.resource_group = reading.resource_group;
        self.providers = reading.providers;
    }

    fn at_start(&self, segment: Segment<'_>) -> bool {
        self.text[..segment.start].bytes().all(|byte| byte == b'/')
    }

    /// The name of the resource's type; `None` when there is none or a placeholder stands for a part of it.
    pub fn resource_type(&self) -> Option<ResourceTypeName> {
        self.providers.last()?.type_name()
    }

    /// The resource's own name.
    pub fn name(&self) -> Option<Segment<'a>> {
        self.providers.last()?.types.last()?.1
    }
}

impl PartialEq for ResourceId<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.text.eq_ignore_ascii_case(other.text)
    }
}

impl Eq for ResourceId<'_> {}

impl Hash for ResourceId<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        hash_without_case(self.text, state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn resources_children_and_extensions() {
        let id = ResourceId::parse(
            "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm/extensions/e",
        )
        .unwrap();
        assert_eq!(id.subscription.unwrap().text, "s");
        assert_eq!(id.resource_group.unwrap().text, "rg");
        assert_eq!(id.resource_type().unwrap().as_str(), "Microsoft.Compute/virtualMachines/extensions");
        assert_eq!(id.name().unwrap().text, "e");
        let extension = ResourceId::parse(
            "/subscriptions/s/providers/Microsoft.Authorization/roleAssignments/r/providers/Contoso.X/ys/y",
        )
        .unwrap();
        assert_eq!(extension.providers.len(), 2);
        assert_eq!(extension.resource_type().unwrap().as_str(), "Contoso.X/ys");
        assert_eq!(
            ResourceId::parse("/subscriptions/<ID>/resourceGroups/<RG>").unwrap().resource_type(),
            None
        );
        assert!(ResourceId::parse("{nicId}").is_ok());
        assert!(ResourceId::parse("$RG_ID/providers/Microsoft.Network/networkInterfaces/n").is_ok());
        assert_eq!(
            ResourceId::parse("/SUBSCRIPTIONS/A").unwrap(),
            ResourceId::parse("/subscriptions/a").unwrap()
        );
    }

    #[test]
    fn mistakes_are_named() {
        let error = |text: &str| ResourceId::parse(text).unwrap_err();
        assert_eq!(error("myNic").kind, Kind::BareName);
        assert_eq!(error("").kind, Kind::Empty);
        let slip = error("subscriptions/s/resourceGroup/rg/providers/Micrososft.Network/networkInterface/n");
        assert_eq!(
            slip.suggestion.as_deref(),
            Some("/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/networkInterfaces/n")
        );
        assert_eq!(
            error("/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/networkInterfaces").kind,
            Kind::MissingValue { of: "resource's name" }
        );
        assert_eq!(
            error("/virtualMachines/vm").kind,
            Kind::UnexpectedSegment { found: "virtualMachines".into(), expected: "subscriptions" }
        );
        assert_eq!(error("https://management.azure.com/subscriptions/s").kind, Kind::Url);
        assert_eq!(error("/subscriptions/my sub").kind, Kind::Whitespace);
    }

    #[test]
    fn types_that_are_only_alike_are_left_alone() {
        for text in [
            "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/networkInterfaceTaps/n",
            "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Commerce/x/n",
        ] {
            assert!(ResourceId::parse(text).is_ok(), "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        #[test]
        fn any_text_is_read_or_refused(
            text in "(/|subscriptions|resourceGroups|providers|provider|Microsoft\\.Compute|virtualMachines|<a b>|<|\\.\\.\\.| |\\?|x|é){0,20}|\\PC*",
        ) {
            if let Err(error) = ResourceId::parse(&text) {
                prop_assert!(text.get(error.span).is_some());
            }
        }
    }
}
