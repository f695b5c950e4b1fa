//! What a text is, where it says nothing of a machine's identities.

/// A text that says nothing of a machine's identities.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CurrentError {
    /// There is nothing in it.
    #[error("it is empty, and `az` prints nothing where a query finds nothing; {WHOLE}")]
    Empty,
    /// It is neither UTF-8 nor UTF-16.
    #[error("neither UTF-8 nor UTF-16")]
    NotText,
    /// It is not JSON.
    #[error("it is not JSON ({0}); expected what GET or `az vm show --output json` returned")]
    NotJson(String),
    /// It is JSON of another shape.
    #[error("it is {0}, not a machine; expected what GET or `az vm show` returned, or its `identity`")]
    NotAMachine(String),
    /// It is a list without elements.
    #[error("it is an empty list: no machine")]
    NoMachines,
    /// It is a list, where one machine is asked for.
    #[error("it is a list of {0} machines")]
    Several(usize),
    /// It does not say whether the machine has identities.
    #[error("it is {0}, which does not say whether there are identities; {WHOLE}")]
    NotWhole(&'static str),
    /// A machine of a list that stands in it before.
    #[error("it stands in the list a second time")]
    ListedTwice,
    /// A name that stands twice in one object.
    #[error("`{}` stands in it twice, and which one counts is not known", .0.escape_debug())]
    Twice(String),
    /// It is a resource of a type that has no identities of its own.
    #[error("it is a resource of type {}, {}", .0.escape_debug(), .1)]
    OtherType(String, &'static str),
    /// Its id is not that of a machine.
    #[error("its id `{}` is not that of {}", .0.escape_debug(), .1)]
    OtherId(String, String),
    /// The service answered with an error.
    #[error("it is the error that Azure Resource Manager answered with: {0}")]
    Answer(String),
    /// The `type` of the identity is none.
    #[error(
        "its identity has the type {0}; expected None, SystemAssigned, UserAssigned or \"SystemAssigned, UserAssigned\""
    )]
    IdentityType(String),
    /// `ConvertTo-Json` cut it at its depth, or wrote numbers for words.
    #[error(
        "PowerShell wrote {0}, which says too little; `ConvertTo-Json -Depth 10 -EnumsAsStrings` writes the whole"
    )]
    Cut(String),
    /// The identity stands under another name.
    #[error("it has no `identity`, and `{}` looks like one", .0.escape_debug())]
    Misnamed(String),
    /// The map has a `null`, which stands in requests only.
    #[error("its identity `{}` is null, as in a request and in no answer; {WHOLE}", .0.escape_debug())]
    RequestBody(String),
    /// The user-assigned identities are not listed as Azure does.
    #[error("its `{0}` is not as Azure Resource Manager lists identities{1}")]
    Ids(&'static str, String),
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

/// What prints an answer with everything that is to be known.
const WHOLE: &str = "`az vm show -g GROUP -n NAME --output json`, without `--query`, prints the whole";
