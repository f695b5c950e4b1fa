//! PowerShell's grammar: from text to statements, commands and expressions, each with its place.
//!
//! The reader follows PowerShell's own: where a word is an argument and where it begins an expression, what ends it,
//! which characters belong to a variable's name. `tests/suite/oracle_powershell.rs` holds it against what PowerShell's
//! parser says of the same texts. With [`Mode::prompts`] or [`Mode::lenient`] it also reads what authors mean where
//! PowerShell would not: each such place is a [`Flaw`].
//!
//! Recursion is bounded by [`MAX_DEPTH`]; what is nested deeper is passed over. Every character is read a bounded
//! number of times.

mod command;
mod expression;
mod outline;
mod scan;
mod statement;
mod text;

use std::rc::Rc;

use crate::text::Span;

pub use outline::{OutlinedCommand, OutlinedElement, outline};
pub(super) use scan::{is_dash, is_double_quote, is_single_quote, name_len};

/// How deep statements and expressions may nest.
const MAX_DEPTH: u8 = 40;

/// How a text is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mode {
    /// Lines may begin with `PS C:\>`, and continuations with `>>`.
    pub prompts: bool,
    /// What PowerShell refuses or cuts is read as it is meant.
    pub lenient: bool,
}

/// A text that was read.
#[derive(Debug, Default)]
pub(crate) struct Script {
    pub(super) block: Block,
    /// What PowerShell's parser refuses.
    pub(super) errors: Vec<SyntaxError>,
    /// What is not read as it is meant.
    pub(super) flaws: Vec<Flaw>,
}

/// Why PowerShell's parser refuses a text; named as its error ids are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ErrorKind {
    UnexpectedToken,
    TerminatorExpectedAtEndOfString,
    UnexpectedCharactersAfterHereStringHeader,
    WhitespaceBeforeHereStringFooter,
    MissingEndCurlyBrace,
    MissingEndParenthesis,
    MissingEqualsInHashLiteral,
    MissingExpression,
    RedirectionNotSupported,
    SplattingNotPermitted,
    UnrecognizedToken,
    InvalidVariableReference,
    TooDeep,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct SyntaxError {
    pub(super) kind: ErrorKind,
    pub(super) span: Span,
}

/// What an author wrote otherwise than PowerShell reads it, and what was meant is plain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FlawKind {
    /// A blank behind the backtick that ends a line; the span is the blanks.
    BlankAfterContinuation,
    /// A line of parameters under a line that does not go on; the span is the end of that line.
    ContinuationMissing,
    /// `\` at a line's end; the span is the backslash.
    ForeignContinuation,
    /// Text behind `@"`: the span is that text.
    TextAfterHereHeader,
    /// `"@` behind blanks: the span is the blanks.
    IndentedHereFooter,
    /// An inner quote ends a string: the span is the whole string as it is meant, quotes included.
    InnerQuotes,
    /// A quote that is never closed.
    Unterminated,
    /// `&` in a URL without quotes: the span is the word as it is meant.
    UnquotedAmpersand,
    /// `(…)` within a URL without quotes: the span is the word as it is meant.
    UnquotedParenthesis,
    /// `{name}` within a word: the span is the word as it is meant.
    UnquotedBraces,
    /// `@file` without quotes.
    SplattedFile,
    /// `;` within a URL without quotes: the span is the word as it is meant.
    UnquotedSemicolon,
    /// JSON without quotes; the span is the script block.
    BareJson,
    /// `$vm:` with nothing behind the colon that could be a name; the span is `$vm`.
    ColonBehind,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Flaw {
    pub(super) kind: FlawKind,
    pub(super) span: Span,
}

/// Statements in braces or parentheses, or those of the whole text.
#[derive(Clone, Debug, Default)]
pub(super) struct Block {
    pub(super) span: Span,
    pub(super) parameters: Vec<Parameter>,
    pub(super) statements: Vec<Statement>,
}

/// `[string] $name = default`
#[derive(Clone, Debug)]
pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) span: Span,
    pub(super) default: Option<Expression>,
    /// `[switch]`, `[SecureString]` and the like, in small letters.
    pub(super) type_name: Option<String>,
}

#[derive(Clone, Debug)]
pub(super) enum Statement {
    Pipeline(Pipeline),
    /// `target = value`
    Assign(Box<Assign>),
    If {
        clauses: Vec<(Box<Statement>, Block)>,
        otherwise: Option<Block>,
    },
    Foreach {
        variable: String,
        values: Box<Statement>,
        body: Block,
    },
    /// `for`, `while`, `do`: what is evaluated before each turn, and the body.
    Loop {
        before: Vec<Statement>,
        body: Block,
    },
    Switch {
        value: Box<Statement>,
        cases: Vec<Block>,
        has_default: bool,
    },
    Function(Rc<Function>),
    Try {
        body: Block,
        catches: Vec<Block>,
        finally: Option<Block>,
    },
    /// `return`, `throw`, `exit`, `break`, `continue`
    Jump {
        returns: bool,
        value: Option<Box<Statement>>,
    },
    /// `begin { }`, `process { }`, a trap, a class's methods.
    Block(Block),
}

#[derive(Debug)]
pub(super) struct Function {
    pub(super) name: String,
    pub(super) body: Block,
}

#[derive(Clone, Debug)]
pub(super) struct Assign {
    pub(super) target: Expression,
    /// `=`, `+=`, …
    pub(super) operator: Span,
    pub(super) value: Statement,
}

/// Elements joined by `|`.
#[derive(Clone, Debug, Default)]
pub(super) struct Pipeline {
    pub(super) span: Span,
    pub(super) elements: Vec<Element>,
    /// `&` at its end: where.
    pub(super) background: Option<Span>,
    /// The file behind `>` that an expression at its end is written to.
    pub(super) redirect: Option<Expression>,
}

#[derive(Clone, Debug)]
pub(super) enum Element {
    Expression(Expression),
    Command(Command),
}

#[derive(Clone, Debug, Default)]
pub(super) struct Command {
    pub(super) span: Span,
    /// The name first.
    pub(super) words: Vec<Word>,
    /// `> file`: where the file's name stands.
    pub(super) redirects: Vec<Expression>,
}

/// One word of a command.
#[derive(Clone, Debug)]
pub(super) struct Word {
    pub(super) span: Span,
    pub(super) kind: WordKind,
    /// Nothing stands between the word before and this one.
    pub(super) touches: bool,
}

#[derive(Clone, Debug)]
pub(super) enum WordKind {
    /// `-Name`, or `-Name:` with its argument behind the colon.
    Parameter {
        name: Span,
        argument: Option<Box<Expression>>,
    },
    Argument(Expression),
    /// `@name`
    Splat(String),
    /// What stands behind `--%`.
    Verbatim,
}

#[derive(Clone, Debug)]
pub(super) struct Expression {
    pub(super) span: Span,
    pub(super) kind: ExpressionKind,
}

#[derive(Clone, Debug)]
pub(super) enum ExpressionKind {
    Text(Text),
    /// As JSON has it.
    Number(String),
    Variable(Variable),
    Member {
        object: Box<Expression>,
        name: Box<Expression>,
        is_static: bool,
        arguments: Option<Vec<Expression>>,
    },
    Index {
        object: Box<Expression>,
        index: Box<Expression>,
    },
    Binary {
        operator: Operator,
        left: Box<Expression>,
        right: Box<Expression>,
    },
    /// `a + b + c`
    Sum(Vec<Expression>),
    Unary {
        operator: Operator,
        operand: Box<Expression>,
    },
    /// In small letters, without blanks.
    Cast {
        name: String,
        operand: Box<Expression>,
    },
    Type(String),
    Table(Vec<Entry>),
    /// `@(…)`
    Array(Block),
    /// `$(…)`
    Substitution(Block),
    Paren(Box<Statement>),
    /// `a, b`
    List(Vec<Expression>),
    ScriptBlock(Rc<Block>),
    Ternary {
        condition: Box<Expression>,
        then: Box<Expression>,
        otherwise: Box<Expression>,
    },
    /// Nothing that can be read.
    Missing,
}

/// `key = value` of a hashtable.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) key: Expression,
    pub(super) equals: Span,
    pub(super) value: Statement,
}

#[derive(Clone, Debug)]
pub(super) struct Variable {
    /// As it is written, with its scope and in its own letters.
    pub(super) name: String,
    pub(super) braced: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quote {
    Bare,
    Single,
    Double,
    HereSingle,
    HereDouble,
}

/// A text in quotes or a bare word.
#[derive(Clone, Debug)]
pub(super) struct Text {
    pub(super) quote: Quote,
    /// What stands between the quotes.
    pub(super) content: Span,
    pub(super) parts: Vec<Part>,
}

impl Text {
    /// True if nothing of it is replaced.
    pub(super) fn is_constant(&self) -> bool {
        self.parts.iter().all(|part| matches!(part.kind, PartKind::Copy | PartKind::Escape(_)))
    }
}

#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) span: Span,
    /// The quotes that it stands in: within a bare word they may change.
    pub(super) quote: Quote,
    pub(super) kind: PartKind,
}

#[derive(Clone, Debug)]
pub(super) enum PartKind {
    Copy,
    /// `None`: nothing, a line that goes on.
    Escape(Option<char>),
    Variable(Variable),
    Substitution(Block),
    /// A workflow's `${{ … }}`.
    Foreign,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Format,
    Join,
    Split,
    Replace,
    /// Case counts: `-creplace`.
    ReplaceCase,
    Equal,
    NotEqual,
    Match,
    And,
    Or,
    Not,
    As,
    Range,
    Coalesce,
    /// A comparison whose result is not looked at.
    Other,
}

/// Reads `text`, or the part of it in `span`.
pub(super) fn read(text: &str, span: Span, mode: Mode) -> Script {
    let mut parser = Parser::new(text, span, mode);
    let block = parser.statements(None);
    parser.script.block = Block { span, ..block };
    parser.script
}

/// Bytes of a text whose statements are read at a time: their trees take many times what they are written in.
const STRETCH: usize = 8 << 10;
/// A statement of more nodes than this is passed over.
const MAX_NODES: usize = 24 << 10;

/// Reads a text some statements at a time.
pub(super) struct Stretches<'t> {
    parser: Parser<'t>,
    end: usize,
    has_begun: bool,
}

/// Some statements of a text, one behind the other.
pub(super) struct Stretch {
    pub(super) script: Script,
    /// The last statement is too large to be read.
    pub(super) is_cut_short: bool,
}

impl<'t> Stretches<'t> {
    pub(super) fn of(text: &'t str, mode: Mode) -> Self {
        Self { parser: Parser::new(text, Span::new(0, text.len()), mode), end: text.len(), has_begun: false }
    }
}

impl Iterator for Stretches<'_> {
    type Item = Stretch;

    fn next(&mut self) -> Option<Stretch> {
        let parser = &mut self.parser;
        let start = parser.at;
        if std::mem::replace(&mut self.has_begun, true) && start >= self.end {
            return None;
        }
        parser.stop = start + STRETCH;
        parser.nodes = 0;
        parser.closers.clear();
        parser.script.block = parser.statements(None);
        let mut script = std::mem::take(&mut parser.script);
        let is_cut_short = parser.nodes > MAX_NODES;
        if is_cut_short {
            // What is wrong with it is its size, not what was read of it.
            script.block.statements.pop();
            script.flaws.retain(|flaw| (flaw.span.start as usize) < parser.statement);
            script.errors.clear();
            parser.end = self.end;
            parser.unclosed_here = [usize::MAX; 2];
            parser.unclosed_comment = false;
            let next = parser.requests.partition_point(|line| *line <= parser.at);
            parser.at = parser.requests.get(next).copied().unwrap_or(self.end);
        } else if parser.at <= start {
            parser.at = self.end;
        }
        Some(Stretch { script, is_cut_short })
    }
}

/// Where the reader stands, and what it has found.
struct Parser<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    end: usize,
    mode: Mode,
    depth: u8,
    script: Script,
    /// Where lines begin that certainly begin a request: no quote reaches over them.
    requests: Vec<usize>,
    /// From here on no here-string in `'` or `"` is closed.
    unclosed_here: [usize; 2],
    /// No comment is closed behind this.
    unclosed_comment: bool,
    /// Closing brackets that are waited for, outermost first.
    closers: Vec<u8>,
    /// The file that the last expression is written to.
    redirect: Option<Expression>,
    /// No statement outside of all brackets begins behind this.
    stop: usize,
    /// Where the last such statement begins.
    statement: usize,
    /// How much of the stretch's trees there is.
    nodes: usize,
}

impl<'t> Parser<'t> {
    fn new(text: &'t str, span: Span, mode: Mode) -> Self {
        let range = span.range();
        let requests = if mode.lenient {
            super::known::request_lines(&text[range.clone()], range.start)
        } else {
            Vec::new()
        };
        Self {
            text,
            bytes: text.as_bytes(),
            at: range.start,
            end: range.end,
            mode,
            depth: 0,
            script: Script::default(),
            requests,
            unclosed_here: [usize::MAX; 2],
            unclosed_comment: false,
            closers: Vec::new(),
            redirect: None,
            stop: usize::MAX,
            statement: 0,
            nodes: 0,
        }
    }

    /// Counts a node. Where there are too many the text ends for the reader: [`Stretches`] goes on behind them.
    fn node(&mut self) {
        self.nodes += 1;
        if self.nodes > MAX_NODES && self.stop < usize::MAX {
            self.end = self.at;
        }
    }

    fn error(&mut self, kind: ErrorKind, start: usize, end: usize) {
        self.script.errors.push(SyntaxError { kind, span: Span::new(start, end.max(start)) });
    }

    fn flaw(&mut self, kind: FlawKind, start: usize, end: usize) {
        self.script.flaws.push(Flaw { kind, span: Span::new(start, end.max(start)) });
    }

    /// Reads what nests, unless it nests too deep.
    fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth >= MAX_DEPTH {
            self.error(ErrorKind::TooDeep, self.at, self.at);
            return None;
        }
        self.depth += 1;
        let read = read(self);
        self.depth -= 1;
        Some(read)
    }
}
