//! Reading the path of a resource or of a URL, leniently: the parts that are there, and the slips.

use super::id_error::{ResourceIdErrorKind as Kind, Slips};
use super::resource_type::{ResourceType, ResourceTypeName};
use super::segment::Segment;
use super::text::nearest;
use crate::text::suggest::{is_misspelling_of, is_within};

/// What follows one `providers`: a namespace, and types with names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderPart<'a> {
    /// The namespace: `Microsoft.Compute`.
    pub namespace: Segment<'a>,
    /// The types, outermost first, each with its name; the last may have none.
    pub types: Vec<(Segment<'a>, Option<Segment<'a>>)>,
    /// The namespace and outermost type that are meant, where they are misspelt.
    pub(super) meant: (Option<&'static str>, Option<&'static str>),
}

impl ProviderPart<'_> {
    /// The name of the type, child types included, as it is meant where it is misspelt; `None` when a
    /// placeholder stands for a part of it.
    pub fn type_name(&self) -> Option<ResourceTypeName> {
        let named = |segment: &Segment<'_>| !segment.is_placeholder();
        if !named(&self.namespace) || !self.types.iter().all(|(segment, _)| named(segment)) {
            return None;
        }
        let mut types = self.types.iter().map(|(segment, _)| segment.text);
        let outermost = types.next()?;
        ResourceTypeName::from_parts(
            self.meant.0.unwrap_or(self.namespace.text),
            std::iter::once(self.meant.1.unwrap_or(outermost)).chain(types),
        )
    }
}

impl ProviderPart<'_> {
    /// The namespace and the types before the last, which has no name; `None` when a placeholder stands for a part
    /// of it.
    pub(super) fn parent_name(&self) -> Option<String> {
        let types = self.types.split_last()?.1;
        if self.namespace.is_placeholder() || types.iter().any(|(segment, _)| segment.is_placeholder()) {
            return None;
        }
        let mut name = self.meant.0.unwrap_or(self.namespace.text).to_owned();
        for (index, (segment, _)) in types.iter().enumerate() {
            name.push('/');
            name.push_str(self.meant.1.filter(|_| index == 0).unwrap_or(segment.text));
        }
        Some(name)
    }
}

/// The parts of a path.
#[derive(Debug, Default)]
pub(super) struct PathReading<'a> {
    pub(super) subscription: Option<Segment<'a>>,
    pub(super) resource_group: Option<Segment<'a>>,
    /// One for each `providers`; all but the first are extensions of what stands before them.
    pub(super) providers: Vec<ProviderPart<'a>>,
    /// What was not understood and need not be: paths below a subscription that name no resource.
    pub(super) rest: Option<Segment<'a>>,
    pub(super) slips: Slips,
}

/// True for what can only be a namespace: no type has a dot in its name.
fn is_namespace(segment: Segment<'_>) -> bool {
    segment.text.get(..10).is_some_and(|start| start.eq_ignore_ascii_case("Microsoft."))
}

const KEYWORDS: [&str; 3] = ["subscriptions", "resourceGroups", "providers"];
const NAMESPACES: [&str; 3] = ["Microsoft.Compute", "Microsoft.ManagedIdentity", "Microsoft.Network"];
const NETWORK_INTERFACES: &str = "networkInterfaces";

/// Reads segments (none empty). `prefixed`: a placeholder before them may stand for their beginning.
pub(super) fn read_path<'a>(segments: &[Segment<'a>], prefixed: bool, end: usize) -> PathReading<'a> {
    let mut walk = Walk { segments, at: 0, end, reading: PathReading::default() };
    walk.read(prefixed);
    walk.reading
}

struct Walk<'s, 'a> {
    segments: &'s [Segment<'a>],
    at: usize,
    end: usize,
    reading: PathReading<'a>,
}

impl<'a> Walk<'_, 'a> {
    fn peek(&self) -> Option<Segment<'a>> {
        self.segments.get(self.at).copied()
    }

    fn read(&mut self, mut prefixed: bool) {
        let Some(mut first) = self.peek() else { return };
        let opens = |segment: Segment<'_>| KEYWORDS.iter().any(|keyword| segment.is(keyword));
        if first.is_placeholder() && !prefixed && self.segments.get(1).copied().is_some_and(opens) {
            // `/{scope}/providers/…`
            self.at += 1;
            prefixed = true;
            first = self.segments[1];
        }
        if self.keyword(first, "subscriptions") {
            self.reading.subscription = self.value("subscription id", &["resourceGroups", "providers"]);
            self.below_subscription();
        } else if prefixed && self.keyword(first, "resourceGroups") {
            self.reading.resource_group = self.value("resource group's name", &["providers"]);
            self.providers();
        } else if self.keyword(first, "providers") {
            self.at -= 1;
            self.providers();
        } else if prefixed && is_namespace(first) {
            // `$VM_ID/Microsoft.Insights/…`
            self.providers();
        } else if self.segments.get(1).is_some_and(|next| next.is("resourceGroups"))
            && !first.is_placeholder()
        {
            let here = first.start..first.start;
            let kind = Kind::MissingSegment { expected: "subscriptions" };
            self.reading.slips.fix(kind, here.clone(), here, "subscriptions/");
            self.reading.subscription = Some(first);
            self.at += 1;
            self.below_subscription();
        } else if first.is("resourceGroups") {
            let kind = Kind::MissingSegment { expected: "subscriptions" };
            self.reading.slips.add(kind, first.start..first.start);
            self.below_subscription();
        } else {
            self.reading.rest = Some(first);
        }
    }

    fn below_subscription(&mut self) {
        let Some(segment) = self.peek() else { return };
        if self.keyword(segment, "resourceGroups") {
            if self.peek().is_some() {
                self.reading.resource_group = self.value("resource group's name", &["providers"]);
            }
        } else if !segment.is("providers")
            && self.segments.get(self.at + 1).is_some_and(|next| next.is("providers"))
        {
            let here = segment.start..segment.start;
            let kind = Kind::MissingSegment { expected: "resourceGroups" };
            self.reading.slips.fix(kind, here.clone(), here, "resourceGroups/");
            self.reading.resource_group = Some(segment);
            self.at += 1;
        }
        self.providers();
    }

    fn providers(&mut self) {
        while let Some(segment) = self.peek() {
            if is_namespace(segment) && !self.reading.providers.is_empty() {
                // Documentation has extensions without the word (`…/storageAccounts/a/Microsoft.EventGrid/…`); what
                // ARM makes of that is not published.
            } else if is_namespace(segment) {
                let here = segment.start..segment.start;
                let kind = Kind::MissingSegment { expected: "providers" };
                self.reading.slips.fix(kind, here.clone(), here, "providers/");
            } else if !self.keyword(segment, "providers") {
                self.reading.rest = Some(segment);
                return;
            }
            let Some(namespace) = self.peek() else { return };
            self.at += 1;
            let provider = self.check_namespace(namespace);
            let mut types = Vec::new();
            let mut meant = (provider.filter(|right| !namespace.is(right)), None);
            while let Some(resource_type) = self.peek() {
                // `Microsoft.Features/providers/Microsoft.Compute/features/…`: a type of that name.
                let is_type = types.is_empty() && namespace.is("Microsoft.Features");
                if (resource_type.is("providers") && !is_type) || is_namespace(resource_type) {
                    break;
                }
                self.at += 1;
                if types.is_empty() {
                    meant.1 = self.check_type(provider, resource_type);
                }
                let name = self.peek();
                self.at += usize::from(name.is_some());
                types.push((resource_type, name));
            }
            self.reading.providers.push(ProviderPart { namespace, types, meant });
        }
    }

    /// Takes the segment if it is the keyword or a misspelling of it.
    fn keyword(&mut self, segment: Segment<'a>, keyword: &'static str) -> bool {
        if !segment.is(keyword) {
            if !is_misspelling_of(segment.text, keyword) {
                return false;
            }
            let kind = Kind::MisspeltSegment { found: segment.text.to_owned(), right: keyword };
            self.reading.slips.fix(kind, segment.span(), segment.span(), keyword);
        }
        self.at += 1;
        true
    }

    /// Takes the value after a keyword, unless one of the keywords that follow it stands in its place.
    fn value(&mut self, of: &'static str, following: &[&str]) -> Option<Segment<'a>> {
        match self.peek() {
            Some(segment) if !following.iter().any(|keyword| segment.is(keyword)) => {
                self.at += 1;
                Some(segment)
            }
            // `/subscriptions` alone lists them.
            None if self.segments.len() == 1 => None,
            here => {
                let place = here.map_or(self.end, |segment| segment.start);
                self.reading.slips.add(Kind::MissingValue { of }, place..place);
                None
            }
        }
    }

    /// The known provider that a namespace names, rightly or misspelt.
    fn check_namespace(&mut self, namespace: Segment<'a>) -> Option<&'static str> {
        if let Some(known) = NAMESPACES.into_iter().find(|known| namespace.is(known)) {
            return Some(known);
        }
        let right = nearest(namespace.text, NAMESPACES)?;
        let kind = Kind::MisspeltNamespace { found: namespace.text.to_owned(), right };
        self.reading.slips.fix(kind, namespace.span(), namespace.span(), right);
        Some(right)
    }

    /// The type that a misspelt one means.
    fn check_type(&mut self, provider: Option<&'static str>, found: Segment<'a>) -> Option<&'static str> {
        let provider = provider?;
        let known = ResourceType::ALL.into_iter().filter(|known| known.namespace() == provider);
        let network = (provider == "Microsoft.Network").then_some(NETWORK_INTERFACES);
        // Providers have many types, some of them a few letters apart from these: a slip or two only.
        let is_slip = |right: &&str| {
            let singular = right.strip_suffix("ies").map(|stem| format!("{stem}y"));
            is_misspelling_of(found.text, right)
                && (singular.is_some_and(|singular| found.is(&singular)) || is_within(found.text, right, 2))
        };
        let right = known.map(ResourceType::type_segment).chain(network).find(is_slip)?;
        let kind = Kind::MisspeltType { found: found.text.to_owned(), right };
        self.reading.slips.fix(kind, found.span(), found.span(), right);
        Some(right)
    }
}
