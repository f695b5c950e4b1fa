//! What a rule is.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Read as _;
use std::sync::LazyLock;

use flate2::read::ZlibDecoder;

use super::{Block, Severity, Sink, Subject};
use crate::json::Mistake;
use crate::notation::QuotingKind;
use crate::notation::template::Template;
use crate::schema::Problem;

/// The families of rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Family {
    /// The text is not JSON.
    Syntax,
    /// It is JSON, but not this resource.
    Schema,
    /// The identity block.
    Identity,
    /// The call around the body.
    Request,
    /// What the shell and the client do to the call before it leaves.
    Quoting,
    /// What should not be published.
    Secret,
    /// ARM deployment templates.
    Template,
    /// The run itself: suppressions, limits.
    Run,
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Syntax => "syntax",
            Self::Schema => "schema",
            Self::Identity => "identity",
            Self::Request => "request",
            Self::Quoting => "quoting",
            Self::Secret => "secret",
            Self::Template => "template",
            Self::Run => "run",
        })
    }
}

/// What fixes a rule has to offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fixable {
    /// None.
    Never,
    /// Where there is one reading.
    Sometimes,
    /// Always.
    Always,
}

/// One mistake that the linter knows.
#[derive(Debug)]
#[non_exhaustive]
pub struct Rule {
    /// Its name, which says the mistake.
    pub name: &'static str,
    /// Its family.
    pub family: Family,
    /// Its severity unless told otherwise.
    pub severity: Severity,
    /// What fixes it offers.
    pub fixable: Fixable,
    /// What it finds, in one line.
    pub summary: &'static str,
    /// How it looks.
    pub(in crate::lint) check: Check,
    /// The rules of its family that look before it: it is silent where they have said what is wrong.
    pub(in crate::lint) after: &'static [&'static Rule],
    /// The names that it had before, the oldest first.
    pub(in crate::lint) former: &'static [&'static str],
}

#[cfg(test)]
thread_local! {
    /// A rule and the names that it has had for the length of a test.
    pub(crate) static RENAMED: std::cell::Cell<Option<(&'static str, &'static [&'static str])>> =
        const { std::cell::Cell::new(None) };
}

impl Rule {
    /// The names that it had before, the oldest first. Configuration, suppressions, options and baselines that name it so
    /// still mean it.
    pub fn former_names(&self) -> &'static [&'static str] {
        #[cfg(test)]
        if let Some((name, former)) = RENAMED.get()
            && name == self.name
        {
            return former;
        }
        self.former
    }

    /// The name that it came with, which stays part of the fingerprints of its findings.
    pub(in crate::lint) fn first_name(&self) -> &'static str {
        self.former_names().first().copied().unwrap_or(self.name)
    }

    /// Its manual page: Markdown with a bad and a good example. The first who asks unpacks them all.
    pub fn page(&self) -> &'static str {
        static PAGES: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
            let packed: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/pages.z"));
            let mut text = String::new();
            // What this program packed can be unpacked; a test asks for every page.
            let _ = ZlibDecoder::new(packed).read_to_string(&mut text);
            let mut parts = text.split('\0').map(str::to_owned);
            std::iter::from_fn(|| Some((parts.next()?, parts.next()?))).collect()
        });
        PAGES.get(self.name).map_or("", String::as_str)
    }
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// How a rule looks for its mistake: the narrowest kind that serves, so that clean bodies cost little.
#[derive(Clone, Copy, Debug)]
pub(in crate::lint) enum Check {
    /// At each mistake of the JSON parser; whether it is this rule's is for the function to say.
    Mistake(fn(&Subject<'_>, &Mistake, &mut Sink<'_>)),
    /// At each mistake that the schema of the body finds; whether it is this rule's is for the function to say.
    Problem(fn(&Subject<'_>, &Problem<'_>, &mut Sink<'_>)),
    /// At each identity block of a resource whose type takes one.
    Identity(fn(&Subject<'_>, &Block<'_>, &mut Sink<'_>)),
    /// At both: the mistake is one of JSON or, written otherwise, one of the identity block.
    MistakeOrIdentity(fn(&Subject<'_>, &Mistake, &mut Sink<'_>), fn(&Subject<'_>, &Block<'_>, &mut Sink<'_>)),
    /// At each body.
    Body(fn(&Subject<'_>, &mut Sink<'_>)),
    /// At each template that holds resources of known types, once.
    Template(fn(&Subject<'_>, &Template<'_>, &mut Sink<'_>)),
    /// At each call, with or without a body.
    Call(fn(&Subject<'_>, &mut Sink<'_>)),
    /// The reader of the shell has found it.
    Quoting(QuotingKind),
    /// The linter itself reports it: the name has its page and its place in configuration here.
    Engine,
}

/// Declares a rule: its name, family, severity, fixes and check, the rules of its family that look before it, and the
/// names that it had before; its page is `docs/rules/NAME.md`.
macro_rules! rule {
    (
        $name:literal, $family:ident, $severity:ident, $fixable:ident, $summary:literal, $check:expr
        $(, after: [$($before:ident),*])? $(, former: [$($former:literal),*])?
    ) => {
        /// The rule.
        pub(in crate::lint) static RULE: $crate::lint::Rule = $crate::lint::Rule {
            name: $name,
            family: $crate::lint::Family::$family,
            severity: $crate::lint::Severity::$severity,
            fixable: $crate::lint::Fixable::$fixable,
            summary: $summary,
            check: $check,
            after: &[$($(&super::$before::RULE),*)?],
            former: &[$($($former),*)?],
        };
    };
}
pub(in crate::lint) use rule;
