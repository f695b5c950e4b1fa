//! Statements.

use std::rc::Rc;

use super::{
    Assign, Block, Command, Element, ErrorKind, Expression, ExpressionKind, Function, Parameter, Parser,
    Pipeline, Statement, is_dash,
};
use crate::text::Span;

/// Attributes before `param` that are passed over.
const MAX_ATTRIBUTES: u8 = 8;

/// Words that begin a statement of their own.
const KEYWORDS: [&str; 32] = [
    "if",
    "foreach",
    "for",
    "while",
    "do",
    "switch",
    "function",
    "filter",
    "workflow",
    "configuration",
    "try",
    "trap",
    "return",
    "throw",
    "exit",
    "break",
    "continue",
    "param",
    "begin",
    "process",
    "end",
    "clean",
    "dynamicparam",
    "class",
    "enum",
    "using",
    "data",
    "parallel",
    "sequence",
    "else",
    "elseif",
    "catch",
];

impl Parser<'_> {
    /// Statements up to `closer`, which stays, or the end.
    pub(super) fn statements(&mut self, closer: Option<u8>) -> Block {
        let start = self.at;
        let mut block = Block::default();
        self.closers.extend(closer);
        if start == 0 || self.bytes[start - 1] == b'\n' {
            self.begin_line();
        }
        loop {
            let is_outermost = closer.is_none();
            if is_outermost && self.at >= self.stop {
                break;
            }
            self.lines();
            let Some(byte) = self.byte(0) else { break };
            if is_outermost {
                self.statement = self.at;
            }
            match byte {
                b';' => {
                    self.at += 1;
                    continue;
                }
                _ if Some(byte) == closer => break,
                b')' | b'}' => {
                    if self.closers.contains(&byte) || (byte == b')' && self.closers.contains(&b',')) {
                        // One further out: this block was not closed.
                        break;
                    }
                    self.error(ErrorKind::UnexpectedToken, self.at, self.at + 1);
                    self.at += 1;
                    continue;
                }
                _ => {}
            }
            let before = self.at;
            if let Some(parameters) = self.parameters() {
                block.parameters = parameters;
                continue;
            }
            let statement = self.statement();
            block.statements.push(statement);
            if self.at == before {
                self.bump();
            }
            self.blanks();
            match self.byte(0) {
                None | Some(b'\n' | b';') => {}
                Some(byte) if Some(byte) == closer => {}
                Some(b'&' | b'|') if self.byte(1) == self.byte(0) => {
                    self.at += 2;
                    self.lines();
                }
                _ if Self::ends_statement(&block) => {}
                _ => self.error(ErrorKind::UnexpectedToken, self.at, self.at),
            }
        }
        if closer.is_some() {
            self.closers.pop();
        }
        block.span = Span::new(start, self.at);
        block
    }

    /// True if a statement ends with a block, or `&`: another may follow it at once.
    fn ends_statement(block: &Block) -> bool {
        let mut last = block.statements.last();
        loop {
            match last {
                Some(Statement::Pipeline(pipeline)) => return pipeline.background.is_some(),
                Some(Statement::Assign(assign)) => last = Some(&assign.value),
                Some(Statement::Jump { value, .. }) => last = value.as_deref(),
                None => return false,
                Some(_) => return true,
            }
        }
    }

    /// `{ … }` here; `open` is where it begins.
    pub(super) fn body(&mut self, open: usize) -> Block {
        let block = self.statements(Some(b'}'));
        self.close(b'}', open);
        Block { span: Span::new(open, self.at), ..block }
    }

    /// A body that is due here.
    fn due_body(&mut self) -> Block {
        self.lines();
        let open = self.at;
        if self.byte(0) != Some(b'{') {
            self.error(ErrorKind::UnexpectedToken, open, open);
            return Block { span: Span::at(open), ..Block::default() };
        }
        self.at += 1;
        self.nested(|it| it.body(open)).unwrap_or_default()
    }

    /// `(…)` that is due here, as a statement.
    fn due_condition(&mut self) -> Box<Statement> {
        self.lines();
        let start = self.at;
        let expression = if self.byte(0) == Some(b'(') {
            self.nested(|it| it.primary(false))
        } else {
            self.error(ErrorKind::UnexpectedToken, start, start);
            None
        };
        let kind = ExpressionKind::Missing;
        let expression = expression.unwrap_or(Expression { span: Span::at(start), kind });
        Box::new(lone(expression))
    }

    /// `param(…)` here, behind attributes or not.
    fn parameters(&mut self) -> Option<Vec<Parameter>> {
        let start = self.at;
        // `[CmdletBinding()]` and its like.
        for _ in 0..MAX_ATTRIBUTES {
            if self.byte(0) != Some(b'[') || self.type_name().is_none() {
                break;
            }
            self.lines();
        }
        if self.keyword(&["param"]).is_none() {
            self.at = start;
            return None;
        }
        self.at += "param".len();
        self.lines();
        if self.byte(0) != Some(b'(') {
            self.at = start;
            return None;
        }
        Some(self.parameter_list())
    }

    /// `([string] $a = 1, $b)`
    fn parameter_list(&mut self) -> Vec<Parameter> {
        let open = self.at;
        self.at += 1;
        self.closers.push(b',');
        let mut parameters = Vec::new();
        let mut type_name = None;
        loop {
            self.lines();
            match self.byte(0) {
                None | Some(b')' | b'}') => break,
                Some(b',') => {
                    self.at += 1;
                    type_name = None;
                }
                Some(b'[') => {
                    let attribute =
                        self.rest().as_bytes().iter().take(80).position(|byte| matches!(byte, b'(' | b']'));
                    let is_attribute = attribute.is_some_and(|at| self.byte(at) == Some(b'('));
                    match self.type_name() {
                        Some(name) if !is_attribute => type_name = Some(name),
                        Some(_) => {}
                        None => {
                            self.error(ErrorKind::UnexpectedToken, self.at, self.at);
                            self.bump();
                        }
                    }
                }
                Some(b'$') => {
                    let variable = self.primary(false);
                    self.lines();
                    let mut default = None;
                    if self.byte(0) == Some(b'=') {
                        self.at += 1;
                        self.lines();
                        default = Some(self.expression());
                    }
                    if let ExpressionKind::Variable(name) = variable.kind {
                        let type_name = type_name.take();
                        parameters.push(Parameter {
                            name: name.name,
                            span: variable.span,
                            default,
                            type_name,
                        });
                    }
                }
                Some(_) => {
                    self.error(ErrorKind::UnexpectedToken, self.at, self.at);
                    self.bump();
                }
            }
        }
        self.closers.pop();
        self.close(b')', open);
        parameters
    }

    pub(super) fn statement(&mut self) -> Statement {
        self.node();
        let read = self.nested(|it| match it.keyword(&KEYWORDS) {
            Some(keyword) => it.keyword_statement(keyword),
            None => it.pipeline_or_assignment(),
        });
        read.unwrap_or_else(|| {
            self.bump();
            Statement::Block(Block::default())
        })
    }

    #[expect(clippy::match_same_arms, reason = "each keyword stands by itself")]
    fn keyword_statement(&mut self, keyword: &str) -> Statement {
        let start = self.at;
        self.at += keyword.len();
        let after = self.at;
        self.lines();
        let next = self.byte(0);
        self.at = after;
        match keyword {
            "if" if next == Some(b'(') => self.if_statement(),
            "foreach" | "parallel" if next == Some(b'(') => self.foreach(),
            "for" if next == Some(b'(') => self.for_loop(),
            "while" if next == Some(b'(') => {
                let condition = self.due_condition();
                let body = self.due_body();
                Statement::Loop { before: vec![*condition], body }
            }
            "do" if next == Some(b'{') => {
                let body = self.due_body();
                self.lines();
                let mut before = Vec::new();
                if let Some(word) = self.keyword(&["while", "until"]) {
                    self.at += word.len();
                    before.push(*self.due_condition());
                }
                Statement::Loop { before, body }
            }
            "switch" => self.switch(),
            "function" | "filter" | "workflow" | "configuration" => self.function(),
            "try" if next == Some(b'{') => self.try_statement(),
            "trap" => {
                self.blanks();
                if self.byte(0) == Some(b'[') {
                    self.type_name();
                }
                Statement::Block(self.due_body())
            }
            "return" | "throw" | "exit" | "break" | "continue" => {
                self.blanks();
                let ends = self.peek().is_none_or(|c| matches!(c, '\n' | ';' | '}' | ')' | '|' | '&'));
                let value = (!ends).then(|| Box::new(self.pipeline_or_assignment()));
                Statement::Jump { returns: keyword == "return", value }
            }
            "begin" | "process" | "end" | "clean" | "dynamicparam" | "data" | "sequence" | "parallel"
                if next == Some(b'{') =>
            {
                Statement::Block(self.due_body())
            }
            "class" | "enum" => {
                let rest = &self.bytes[self.at..self.line_end()];
                match memchr::memchr(b'{', rest) {
                    Some(len) => {
                        self.at += len;
                        Statement::Block(self.due_body())
                    }
                    None => Statement::Block(Block::default()),
                }
            }
            "using" if next.is_some_and(|byte| byte.is_ascii_alphabetic()) => {
                self.at = self.line_end();
                Statement::Block(Block::default())
            }
            // Without its `if` or `try`.
            "else" | "catch" if next == Some(b'{') => {
                self.error(ErrorKind::UnexpectedToken, start, after);
                Statement::Block(self.due_body())
            }
            "elseif" if next == Some(b'(') => self.if_statement(),
            _ => {
                self.at = start;
                self.pipeline_or_assignment()
            }
        }
    }

    fn if_statement(&mut self) -> Statement {
        let mut clauses = Vec::new();
        let mut otherwise = None;
        loop {
            let condition = self.due_condition();
            let body = self.due_body();
            clauses.push((condition, body));
            let before = self.at;
            self.lines();
            match self.keyword(&["elseif", "else"]) {
                Some("elseif") => self.at += "elseif".len(),
                Some(_) => {
                    self.at += "else".len();
                    otherwise = Some(self.due_body());
                    break;
                }
                None => {
                    self.at = before;
                    break;
                }
            }
        }
        Statement::If { clauses, otherwise }
    }

    fn foreach(&mut self) -> Statement {
        self.lines();
        let open = self.at;
        self.at += 1;
        self.closers.push(b')');
        self.lines();
        let mut variable = String::new();
        if self.byte(0) == Some(b'$')
            && let ExpressionKind::Variable(read) = self.primary(false).kind
        {
            variable = read.name;
        }
        self.lines();
        if self.keyword(&["in"]).is_some() {
            self.at += 2;
        } else {
            self.error(ErrorKind::UnexpectedToken, self.at, self.at);
        }
        self.lines();
        let values = Box::new(self.statement());
        self.lines();
        self.closers.pop();
        self.close(b')', open);
        let body = self.due_body();
        Statement::Foreach { variable, values, body }
    }

    fn for_loop(&mut self) -> Statement {
        self.lines();
        let open = self.at;
        self.at += 1;
        let head = self.statements(Some(b')'));
        self.close(b')', open);
        let body = self.due_body();
        Statement::Loop { before: head.statements, body }
    }

    fn switch(&mut self) -> Statement {
        self.blanks();
        while self.peek().is_some_and(is_dash) {
            self.bare();
            self.blanks();
        }
        let value = self.due_condition();
        self.lines();
        let open = self.at;
        let mut cases = Vec::new();
        let mut has_default = false;
        if self.byte(0) == Some(b'{') {
            self.at += 1;
            self.closers.push(b'}');
            loop {
                self.lines();
                match self.byte(0) {
                    None | Some(b'}') => break,
                    Some(b')') if self.closers.contains(&b')') => break,
                    Some(b'{') => {
                        let body = self.due_body();
                        cases.push(body);
                    }
                    Some(b';') => self.at += 1,
                    Some(_) => {
                        let before = self.at;
                        if self.begins_expression() {
                            self.expression();
                        } else {
                            let word = self.rest().get(..7).unwrap_or_default();
                            has_default |= word.eq_ignore_ascii_case("default");
                            self.bare();
                        }
                        if self.at == before {
                            self.bump();
                        }
                    }
                }
            }
            self.closers.pop();
            self.close(b'}', open);
        }
        Statement::Switch { value, cases, has_default }
    }

    fn function(&mut self) -> Statement {
        self.blanks();
        let from = self.at;
        let rest = self.rest();
        let len: usize = rest
            .chars()
            .take_while(|c| !c.is_whitespace() && !matches!(c, '(' | '{' | ')' | '}' | ';'))
            .map(char::len_utf8)
            .sum();
        self.at += len;
        let name = self.text[from..self.at].rsplit(':').next().unwrap_or("").to_ascii_lowercase();
        self.lines();
        let mut parameters = Vec::new();
        if self.byte(0) == Some(b'(') {
            parameters = self.nested(Self::parameter_list).unwrap_or_default();
        }
        let mut body = self.due_body();
        if !parameters.is_empty() {
            body.parameters = parameters;
        }
        Statement::Function(Rc::new(Function { name, body }))
    }

    fn try_statement(&mut self) -> Statement {
        let body = self.due_body();
        let mut catches = Vec::new();
        let mut finally = None;
        loop {
            let before = self.at;
            self.lines();
            match self.keyword(&["catch", "finally"]) {
                Some("catch") => {
                    self.at += "catch".len();
                    self.lines();
                    while self.byte(0) == Some(b'[') && self.type_name().is_some() {
                        self.lines();
                        if self.byte(0) == Some(b',') {
                            self.at += 1;
                            self.lines();
                        }
                    }
                    catches.push(self.due_body());
                }
                Some(_) => {
                    self.at += "finally".len();
                    finally = Some(self.due_body());
                }
                None => {
                    self.at = before;
                    break;
                }
            }
        }
        Statement::Try { body, catches, finally }
    }

    /// Elements joined by `|`, or an assignment.
    fn pipeline_or_assignment(&mut self) -> Statement {
        let start = self.at;
        let mut pipeline = Pipeline::default();
        loop {
            let element = self.element();
            if let Element::Expression(target) = &element
                && pipeline.elements.is_empty()
            {
                let before = self.at;
                self.blanks();
                if let Some(len) = self.assignment_len() {
                    let operator = Span::new(self.at, self.at + len);
                    let target = target.clone();
                    self.at += len;
                    let counts = matches!(&self.text[operator.range()], "++" | "--");
                    // `$id = # yours` is to be filled in: nobody means the value of the next statement.
                    let rest = self.rest().trim_start_matches([' ', '\t']);
                    let value = if counts || rest.starts_with('#') {
                        lone(Expression { span: operator, kind: ExpressionKind::Missing })
                    } else {
                        self.lines();
                        self.statement()
                    };
                    return Statement::Assign(Box::new(Assign { target, operator, value }));
                }
                self.at = before;
            }
            pipeline.elements.push(element);
            pipeline.redirect = self.redirect.take();
            let before = self.at;
            self.blanks();
            if self.byte(0) == Some(b'\n') {
                // The next line may begin with the pipe.
                let line = self.at;
                self.lines();
                if self.byte(0) != Some(b'|') || self.byte(1) == Some(b'|') {
                    self.at = line;
                }
            }
            if self.byte(0) == Some(b'|') && self.byte(1) != Some(b'|') {
                self.at += 1;
                self.lines();
                if self.byte(0).is_none_or(|byte| matches!(byte, b')' | b'}' | b';' | b'|')) {
                    self.error(ErrorKind::MissingExpression, self.at, self.at);
                    break;
                }
                continue;
            }
            if self.byte(0) == Some(b'&') && self.byte(1) != Some(b'&') {
                pipeline.background = Some(Span::new(self.at, self.at + 1));
                self.at += 1;
            } else if self.byte(0) == Some(b'\n') {
                self.at = before.max(self.at);
            } else {
                self.at = before;
            }
            break;
        }
        let end = match pipeline.elements.last() {
            Some(Element::Expression(expression)) => expression.span.end,
            Some(Element::Command(command)) => command.span.end,
            None => start as u32,
        };
        pipeline.span = Span::new(start, end as usize);
        Statement::Pipeline(pipeline)
    }

    fn element(&mut self) -> Element {
        let invoked = match self.byte(0) {
            Some(b'&') if self.byte(1) != Some(b'&') => true,
            Some(b'.') => self.byte(1).is_some_and(|byte| matches!(byte, b' ' | b'\t')),
            _ => false,
        };
        if invoked {
            let start = self.at;
            self.at += 1;
            self.blanks();
            let command = self.command();
            let span = Span::new(start, (command.span.end as usize).max(start));
            return Element::Command(Command { span, ..command });
        }
        if self.begins_expression() {
            let expression = self.expression();
            self.redirect = self.blanks_before_redirect();
            return Element::Expression(expression);
        }
        Element::Command(self.command())
    }

    /// `$x > file`
    fn blanks_before_redirect(&mut self) -> Option<Expression> {
        let before = self.at;
        self.blanks();
        let mut redirected = Command::default();
        let mut any = false;
        while self.redirects(&mut redirected) {
            any = true;
            self.blanks();
        }
        if !any {
            self.at = before;
        }
        redirected.redirects.pop()
    }

    /// The length of the `=`, `+=` and the like that stands here.
    fn assignment_len(&self) -> Option<usize> {
        let rest = self.rest();
        if rest.starts_with("++") || rest.starts_with("--") {
            return Some(2);
        }
        if rest.starts_with("??=") {
            return Some(3);
        }
        let bytes = rest.as_bytes();
        match bytes.first()? {
            b'=' => Some(1),
            b'+' | b'-' | b'*' | b'/' | b'%' if bytes.get(1) == Some(&b'=') => Some(2),
            _ => None,
        }
    }
}

/// A statement that is an expression alone.
fn lone(expression: Expression) -> Statement {
    let span = expression.span;
    Statement::Pipeline(Pipeline {
        span,
        elements: vec![Element::Expression(expression)],
        ..Pipeline::default()
    })
}
