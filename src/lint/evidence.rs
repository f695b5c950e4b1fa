//! What is known of a request, as a value: how loud a rule may be follows from it, in `policy`.

use crate::arm::Service;
use crate::notation::{Language, Place, PowerShell};
use crate::text::Span;

/// What is known of a call and its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// How much of the body the text has.
    pub extent: Extent,
    /// Whether the body stands in a block of its own language.
    pub language: Language,
    /// Who wrote the URL.
    pub url: UrlEvidence,
    /// Whose service the request goes to.
    pub service: Service,
    /// How the resource type is known.
    pub target: Certainty,
    /// How the API version is known.
    pub version: VersionEvidence,
    /// How the method is known.
    pub method: Certainty,
    /// Where it stands.
    pub source: Place,
    /// A template's resource that stands without the template.
    pub is_fragment: bool,
    /// When a template in it is deployed.
    pub deploys: Deploys,
    /// The body is a literal of Python, which its client reads and nothing else does.
    pub is_python: bool,
    /// Bicep's types alone describe the resource type: they are wrong now and then.
    pub is_described: bool,
    /// What made the values of the body.
    pub values: Values,
    /// The PowerShell that the project says its scripts are for.
    pub powershell: Option<PowerShell>,
}

/// What made the values of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Values {
    /// The text writes them.
    Written,
    /// The text names their kinds in their place: it shows a format.
    Kinds,
    /// A template's expressions make them of what the text writes, whatever its parameters are.
    Computed,
    /// Some are made of parameters' defaults: whoever deploys may give others.
    OfDefaults,
    /// They are those of one deployment: its parameters have their values.
    Given,
}

impl Extent {
    /// True if it ends within brackets: where they would close cannot be told.
    pub fn is_cut(&self) -> bool {
        matches!(self, Self::Excerpt { is_cut: true, .. })
    }
}

impl Evidence {
    /// Of a call of which everything is said.
    pub(super) fn full(service: Service, source: Place) -> Self {
        Self {
            extent: Extent::Whole,
            language: Language::Own,
            url: UrlEvidence::Written,
            service,
            target: Certainty::Stated,
            version: VersionEvidence::Stated,
            method: Certainty::Stated,
            source,
            is_fragment: false,
            deploys: Deploys::AtOnce,
            is_python: false,
            is_described: false,
            values: Values::Written,
            powershell: None,
        }
    }
}

/// Who wrote the URL of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UrlEvidence {
    /// It stands in the text.
    Written,
    /// The client, of a resource id in the text.
    OfId,
    /// The client, of names in the text.
    OfNames,
}

/// When ARM reads a template that it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Deploys {
    /// With the request: it is the template of a deployment.
    AtOnce,
    /// Later: the body of another resource holds it (a template spec, a blueprint, a content template).
    Later,
    /// When a policy has something to deploy.
    ByPolicy,
}

/// How much of a body a text has.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Extent {
    /// All of it.
    Whole,
    /// An excerpt: it has no outer brackets, its tail is cut, it ends with the comma that joins it to the next, or
    /// there are several pieces.
    Excerpt {
        /// The bytes of the file that stand within brackets which the text both opens and closes, in order.
        whole: Vec<Span>,
        /// It ends within brackets.
        is_cut: bool,
    },
}

/// How well something is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Certainty {
    /// The URL, a template, an option or the configuration says it.
    Stated,
    /// Members decide it that only one resource type has.
    Decided,
    /// It is taken for it by its shape, or by what stands around it.
    Guessed,
    /// Nothing says it.
    Unknown,
}

/// How well the API version is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum VersionEvidence {
    /// It is said, and was published.
    Stated,
    /// It is said, and no schema is of it: malformed, never published, not described or later than all that are known.
    /// The nearest one serves.
    NotPublished,
    /// It is not said: the newest one serves.
    NotSaid,
}

/// What a rule doubts of its own finding, whatever else is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Doubt {
    /// A scalar in quotes that loses nothing by them.
    QuotedScalar,
    /// Another method takes it.
    OtherMethod,
    /// What is described does not have it, and nothing says what is meant: the service may have it all the same.
    NotDescribed,
    /// A scalar of another kind that is easily read as what is due.
    OtherScalar,
    /// An empty text, which says that nothing is given.
    Blank,
    /// A value where a secret is due that does not look like one.
    TellsNothing,
    /// What was left out before it may open the object that it belongs into.
    LeftOut,
    /// What is called for is a value that another reader takes as well, but at this place means something else.
    ReadOtherwise,
}
