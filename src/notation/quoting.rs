//! What a shell's own quoting does to a call before it leaves.
//!
//! The readers of the shells draft a [`Quoting`] where the words that a program gets are not the ones that were
//! written. The rules of the quoting family report them, one rule a kind.

use std::borrow::Cow;

use crate::text::{Edit, Fragment, Span, code};

/// What happened to the words of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum QuotingKind {
    /// The end of a here-string or here-document does not stand where the shell looks for it.
    TextEndMisplaced,
    /// A quote is never closed, and no inner quote explains it.
    UnterminatedQuote,
    /// An inner quote ends the word, or is taken off.
    QuotesEaten,
    /// Braces outside of quotes make several words, or a script block.
    BracesExpanded,
    /// No blank parts two arguments, or a blank parts one.
    WordsRunTogether,
    /// `&` outside of quotes ends the command.
    UnquotedAmpersand,
    /// `;`, `|` or parentheses outside of quotes.
    UnquotedOperator,
    /// A PowerShell argument that would have to be evaluated and is taken for text.
    ArgumentIsText,
    /// `@name` that PowerShell takes for splatting.
    SplattedFile,
    /// A line of options without a continuation on the line before it.
    ContinuationMissing,
    /// A blank behind the mark that continues the line.
    BlankAfterContinuation,
    /// `<NAME>` outside of quotes is read as redirections.
    PlaceholderRedirects,
    /// curl drops or expands the braces of a URL.
    BracesGlobbed,
    /// A variable's name takes the characters behind it along.
    VariableNameSwallows,
    /// `$filter` and the like are taken for variables.
    OdataVariableEaten,
    /// A variable within quotes that do not replace it.
    VariableNotExpanded,
    /// `ConvertTo-Json` of something deeper than its depth.
    JsonDepth,
    /// A PowerShell object that is sent as it is.
    ObjectAsBody,
    /// `-f` reads the braces of JSON.
    FormatBraces,
    /// A member of a variable in a text that replaces variables alone.
    MemberInText,
    /// The name of a body's file without the mark that makes it one.
    FileWithoutAt,
    /// A token that newer modules give as a secure string.
    TokenIsSecurestring,
    /// Quotes that get lost between PowerShell and a program.
    QuotesStripped,
    /// A prompt that was copied with the command.
    PromptCopied,
    /// Typographic quotes around a word, which are none to the shell.
    TypographicQuotes,
    /// Letters that are sent as `?` for want of a charset.
    CharsetMissing,
    /// A typographic dash before an option, which is a letter to the program.
    WrongDash,
}

/// What a kind of quoting means for the rest of the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Effect {
    /// The words are cut: nothing else is said of the call, and nothing in it is fixed as JSON.
    Cuts,
    /// The URL that is sent is another one: nothing else is said of the URL.
    Url,
    /// The rest of the call is judged as ever.
    None,
}

impl QuotingKind {
    /// Every kind, in the order in which one explains the call if several fit.
    pub const ALL: [Self; 27] = [
        Self::TextEndMisplaced,
        Self::UnterminatedQuote,
        Self::QuotesEaten,
        Self::BracesExpanded,
        Self::WordsRunTogether,
        Self::UnquotedAmpersand,
        Self::UnquotedOperator,
        Self::ArgumentIsText,
        Self::SplattedFile,
        Self::ContinuationMissing,
        Self::BlankAfterContinuation,
        Self::PlaceholderRedirects,
        Self::BracesGlobbed,
        Self::VariableNameSwallows,
        Self::OdataVariableEaten,
        Self::VariableNotExpanded,
        Self::JsonDepth,
        Self::ObjectAsBody,
        Self::FormatBraces,
        Self::MemberInText,
        Self::FileWithoutAt,
        Self::TokenIsSecurestring,
        Self::QuotesStripped,
        Self::PromptCopied,
        Self::TypographicQuotes,
        Self::CharsetMissing,
        Self::WrongDash,
    ];

    /// The name of its rule.
    pub fn rule_name(self) -> &'static str {
        match self {
            Self::TextEndMisplaced => "text-end-misplaced",
            Self::UnterminatedQuote => "unterminated-quote",
            Self::QuotesEaten => "quotes-eaten",
            Self::BracesExpanded => "braces-expanded",
            Self::WordsRunTogether => "words-run-together",
            Self::UnquotedAmpersand => "unquoted-ampersand",
            Self::UnquotedOperator => "unquoted-operator",
            Self::ArgumentIsText => "argument-is-text",
            Self::SplattedFile => "splatted-file",
            Self::ContinuationMissing => "continuation-missing",
            Self::BlankAfterContinuation => "blank-after-continuation",
            Self::PlaceholderRedirects => "placeholder-redirects",
            Self::BracesGlobbed => "braces-globbed",
            Self::VariableNameSwallows => "variable-name-swallows",
            Self::OdataVariableEaten => "odata-variable-eaten",
            Self::VariableNotExpanded => "variable-not-expanded",
            Self::JsonDepth => "json-depth",
            Self::ObjectAsBody => "object-as-body",
            Self::FormatBraces => "format-braces",
            Self::MemberInText => "member-in-text",
            Self::FileWithoutAt => "file-without-at",
            Self::TokenIsSecurestring => "token-is-securestring",
            Self::QuotesStripped => "quotes-stripped",
            Self::PromptCopied => "prompt-copied",
            Self::TypographicQuotes => "wrong-quotes",
            Self::CharsetMissing => "charset-missing",
            Self::WrongDash => "wrong-dash",
        }
    }

    /// What it means for the rest of the call.
    pub fn effect(self) -> Effect {
        match self {
            Self::TextEndMisplaced
            | Self::UnterminatedQuote
            | Self::QuotesEaten
            | Self::BracesExpanded
            | Self::WordsRunTogether
            | Self::UnquotedAmpersand
            | Self::UnquotedOperator
            | Self::ArgumentIsText
            | Self::SplattedFile
            | Self::ContinuationMissing
            | Self::BlankAfterContinuation
            | Self::TypographicQuotes => Effect::Cuts,
            Self::BracesGlobbed | Self::VariableNameSwallows | Self::OdataVariableEaten => Effect::Url,
            Self::PlaceholderRedirects
            | Self::VariableNotExpanded
            | Self::JsonDepth
            | Self::ObjectAsBody
            | Self::FormatBraces
            | Self::MemberInText
            | Self::FileWithoutAt
            | Self::TokenIsSecurestring
            | Self::QuotesStripped
            | Self::PromptCopied
            | Self::CharsetMissing
            | Self::WrongDash => Effect::None,
        }
    }

    /// Its place among the kinds of which the first explains the call. What has no place of its own is told by
    /// where it stands.
    fn rank(self) -> usize {
        match self {
            Self::TextEndMisplaced => 0,
            Self::UnterminatedQuote => 1,
            Self::QuotesEaten => 2,
            Self::BracesExpanded => 3,
            Self::WordsRunTogether => 4,
            _ => 5,
        }
    }
}

/// How much a [`Quoting`] matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Weight {
    /// As its rule says.
    #[default]
    Own,
    /// Worth knowing: it may be right where the text is run, or harmless.
    Note,
    /// The text says the circumstances under which it certainly does harm.
    Error,
}

/// Edits that fix it, in bytes of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// What they do, as an instruction.
    pub title: Cow<'static, str>,
    /// All or none.
    pub edits: Vec<Edit>,
    /// There is no other reading.
    pub safe: bool,
}

/// One thing that the shell does to a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quoting {
    /// What.
    pub kind: QuotingKind,
    /// The bytes of the file that do it.
    pub span: Span,
    /// What is wrong, as one clause without a full stop.
    pub message: Cow<'static, str>,
    /// What would be right.
    pub help: Option<Cow<'static, str>>,
    /// How it is fixed.
    pub offer: Option<Box<Offer>>,
    /// How much it matters.
    pub weight: Weight,
    /// What it means for the rest of the call: the kind's own unless the reader knows better.
    pub effect: Effect,
    /// The versions of PowerShell that do it.
    pub versions: Versions,
}

/// A PowerShell that a project's scripts are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PowerShell {
    /// Windows PowerShell.
    V5_1,
    /// PowerShell up to 7.2.
    V7_2,
    /// PowerShell from 7.4 on.
    V7_4,
}

impl PowerShell {
    /// Every one with its name in a configuration.
    pub const NAMES: [(&str, Self); 3] = [("5.1", Self::V5_1), ("7.2", Self::V7_2), ("7.4", Self::V7_4)];

    /// How it is called in a message.
    pub const fn name(self) -> &'static str {
        match self {
            Self::V5_1 => "Windows PowerShell 5.1",
            Self::V7_2 => "PowerShell 7.2",
            Self::V7_4 => "PowerShell 7.4",
        }
    }
}

impl std::str::FromStr for PowerShell {
    type Err = String;

    /// Reads `5.1`, `7.2` or `7.4`.
    ///
    /// # Errors
    /// What is known, if it is none of them.
    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::NAMES.iter().find(|(name, _)| *name == text);
        known.map(|(_, version)| *version).ok_or_else(|| {
            format!("`{text}` is not a PowerShell that is told apart; there are 5.1, 7.2 (up to 7.2) and 7.4 (from 7.4 on)")
        })
    }
}

/// The versions of PowerShell that do something to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Versions {
    /// All of them, or another shell.
    All,
    /// Those before 7.3 or 7.4.
    Old,
    /// Likewise, and every version on Windows: the program is a batch file there.
    OldOrBatch,
    /// Those from 7.3 on. It is not told unless the project says that its scripts are for one of them.
    New,
}

impl Quoting {
    /// One of `kind` at `span` of the file.
    pub fn new(kind: QuotingKind, span: Span, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind,
            span,
            message: message.into(),
            help: None,
            offer: None,
            weight: Weight::Own,
            effect: kind.effect(),
            versions: Versions::All,
        }
    }

    /// With what would be right.
    #[must_use]
    pub fn help(mut self, help: impl Into<Cow<'static, str>>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// With edits of the file that fix it.
    #[must_use]
    pub fn offer(mut self, safe: bool, title: impl Into<Cow<'static, str>>, edits: Vec<Edit>) -> Self {
        self.offer = Some(Box::new(Offer { title: title.into(), edits, safe }));
        self
    }

    /// With the edits that write `edits` into `text`, safe, where they can be written through what is around it.
    #[must_use]
    pub(super) fn with_edits(
        self,
        text: &Fragment<'_>,
        title: &'static str,
        edits: Option<Vec<(Span, String)>>,
    ) -> Self {
        match edits.and_then(|edits| text.edits(&edits)) {
            Some(edits) => self.offer(true, title, edits),
            None => self,
        }
    }

    /// As what only some versions of PowerShell do.
    #[must_use]
    pub fn only(mut self, versions: Versions) -> Self {
        self.versions = versions;
        self
    }

    /// As something worth knowing that changes nothing else.
    #[must_use]
    pub fn note(mut self) -> Self {
        self.weight = Weight::Note;
        self.effect = Effect::None;
        self
    }

    /// A quote at `span` of the file that is never closed.
    pub fn unterminated(span: Span, quote: &str) -> Self {
        Self::new(QuotingKind::UnterminatedQuote, span, format!("this {} is never closed", code(quote)))
            .help("close it where the argument ends: until then the shell takes every word for part of it")
    }

    /// True if nothing else can be said of the call.
    pub fn cuts(&self) -> bool {
        self.effect == Effect::Cuts
    }
}

/// True if a body is the name of a JSON file.
pub(super) fn names_file(text: &str) -> bool {
    let is_path = |byte: u8| {
        byte.is_ascii_alphanumeric()
            || matches!(byte, b'.' | b'_' | b'-' | b'/' | b'\\' | b'~' | b'$' | b'{' | b'}' | b':')
    };
    let ends =
        text.len() > 5 && text.get(text.len() - 5..).is_some_and(|it| it.eq_ignore_ascii_case(".json"));
    ends && text.len() <= 200 && !text.starts_with(['{', '[']) && text.bytes().all(is_path)
}

/// True if a URL without quotes ends where its query goes on behind a blank: `?$filter=name eq x`. What quotes around
/// the word would hold is not all that was meant.
pub(super) fn is_torn_query(url: &str, behind: &str) -> bool {
    let is_query = ["filter=", "orderby="].iter().any(|name| url.to_ascii_lowercase().contains(name));
    let next = behind.trim_start_matches([' ', '\t']);
    is_query
        && behind.starts_with([' ', '\t'])
        && next.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '\'' | '(' | '$'))
}

/// The one of `all` that explains why the words of the call are cut.
pub(super) fn cut(all: &[Quoting]) -> Option<&Quoting> {
    all.iter().filter(|it| it.cuts()).min_by_key(|it| (it.kind.rank(), it.span))
}
