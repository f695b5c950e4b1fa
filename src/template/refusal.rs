//! What ARM refuses, and what stops an evaluation.

use std::borrow::Cow;

use super::value::Place;
use crate::text::Span;

/// When ARM would find it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Phase {
    /// While the template is read.
    Parse,
    /// Before anything is deployed.
    Validate,
    /// While it is deployed: resources that come earlier may be there already.
    Deploy,
}

impl Phase {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Parse => "parse",
            Self::Validate => "validate",
            Self::Deploy => "deploy",
        }
    }
}

/// The causes for which a template is refused, one for each rule of the template family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cause {
    /// The text is no template: not JSON, a member that must be there is missing, another kind is due.
    Structure,
    /// A member that no template has.
    UnknownTemplateMember,
    /// An expression that does not parse.
    ExpressionInvalid,
    /// `parameters()` of a name that is not declared.
    UndefinedParameter,
    /// `variables()` of a name that is not declared.
    UndefinedVariable,
    /// A call of a function that does not exist.
    UndefinedFunction,
    /// A member or element that the value lacks.
    UndefinedMember,
    /// A symbolic name that no resource has.
    UndefinedSymbol,
    /// Too few or too many arguments.
    ArgumentCount,
    /// Arguments of another kind, or out of bounds.
    ArgumentKind,
    /// A function where it may not stand.
    FunctionNotAllowedHere,
    /// `fail()` was evaluated.
    FailCalled,
    /// A condition that is no Boolean.
    ConditionKind,
    /// A default of another kind than its parameter's.
    DefaultValueKind,
    /// A value that is not among `allowedValues`.
    DefaultNotAllowed,
    /// A value outside limits: lengths, ranges, members of a type.
    ValueOutOfBounds,
    /// A parameter without a value.
    MissingParameterValue,
    /// A value in a parameters file that its template refuses.
    ParameterFile,
    /// Names and types of different length.
    NameSegments,
    /// `resourceId` with too few or too many names.
    ResourceIdSegments,
    /// A dependency on what is not there.
    DependsOnUnknown,
    /// Dependencies, variables or parameters in a ring.
    CircularDependency,
    /// One resource twice.
    DuplicateResource,
    /// A `copy` where none may stand.
    CopyMisplaced,
    /// `copyIndex` where no loop runs.
    CopyIndexOutside,
    /// A count that is no number from 0 to 800.
    CopyCount,
    /// An output of another kind than its type.
    OutputKind,
    /// A user-defined function that breaks a rule.
    UserFunction,
    /// A nested deployment that breaks a rule.
    NestedDeployment,
    /// What the language version does not have.
    LanguageVersion,
    /// Sizes and counts.
    TemplateLimits,
    /// What an expression gives is longer than the library admits. Published templates whose results are four times as
    /// long are deployed all the same.
    ResultLimit,
    /// A resource without API version, or with one that cannot be.
    ApiVersion,
    /// A scope that does not take it.
    SchemaScope,
    /// Not ARM's refusal: evaluating it would take more steps or memory than is spent on a template.
    Budget,
}

/// Why a template is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What is wrong.
    pub cause: Cause,
    /// ARM's code.
    pub code: &'static str,
    /// ARM's message as far as it was observed, of the innermost mistake.
    pub message: String,
    /// When ARM finds it.
    pub phase: Phase,
    /// The node to point at: the string whose expression fails, the value that is refused.
    pub place: Option<Place>,
    /// The characters of that string, brackets included, that are to blame.
    pub span: Option<Span>,
    /// What ARM's message has around it: `The template variable 'a' is not valid`.
    pub within: Option<String>,
}

/// A value, or why there is none.
pub type Outcome<T> = Result<T, Box<Refusal>>;

impl Refusal {
    /// A refusal found while validating, of a place that is not known yet.
    pub fn new(cause: Cause, message: impl Into<String>) -> Box<Self> {
        Box::new(Self {
            cause,
            code: "InvalidTemplate",
            message: message.into(),
            phase: Phase::Validate,
            place: None,
            span: None,
            within: None,
        })
    }

    /// The same, at `place` if it has none.
    #[must_use]
    pub fn at(mut self: Box<Self>, place: Option<Place>) -> Box<Self> {
        self.place = self.place.or(place);
        self
    }

    /// The same, of these characters of the expression if it has none.
    #[must_use]
    pub fn of(mut self: Box<Self>, span: Span) -> Box<Self> {
        if self.place.is_none() && self.span.is_none() {
            self.span = Some(span);
        }
        self
    }

    /// The same, found in `phase`.
    #[must_use]
    pub fn in_phase(mut self: Box<Self>, phase: Phase) -> Box<Self> {
        self.phase = phase;
        self
    }

    /// The same, within what ARM's message names, if nothing nearer is named.
    #[must_use]
    pub fn within(mut self: Box<Self>, what: impl FnOnce() -> String) -> Box<Self> {
        if self.within.is_none() {
            self.within = Some(what());
        }
        self
    }

    /// The message with what ARM puts around it.
    pub fn full_message(&self) -> String {
        match &self.within {
            Some(within) => format!("{within}: {}", self.message),
            None => self.message.clone(),
        }
    }
}

/// Characters of a message: what is longer shows an expression that nobody reads to its end.
const MAX_MESSAGE: usize = 400;

/// The beginning and the end of what is too long.
pub fn shortened(message: &str) -> Cow<'_, str> {
    let count = message.chars().count();
    if count <= MAX_MESSAGE {
        return message.into();
    }
    let half = MAX_MESSAGE / 2;
    let start: String = message.chars().take(half).collect();
    let end: String = message.chars().skip(count - half).collect();
    format!("{start} … {end}").into()
}
