//! What stands in a text, as PowerShell's own parser names it: for tests that hold this reader against that one.

use super::{
    Block, Command, Element, Expression, ExpressionKind, Mode, Part, PartKind, Statement, Text, WordKind,
};
use crate::text::Span;

/// A command, as PowerShell's `CommandAst` has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutlinedCommand {
    /// Where it stands, in bytes.
    pub span: Span,
    /// Its words.
    pub elements: Vec<OutlinedElement>,
}

/// A word of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutlinedElement {
    /// Where it stands, in bytes.
    pub span: Span,
    /// The name of its AST's class, without `Ast`.
    pub kind: &'static str,
    /// What it says: a constant's value, a template, a parameter's or variable's name.
    pub value: Option<String>,
}

/// Every command of a script, in the order in which they begin, and what PowerShell's parser refuses: its error ids
/// and where they stand.
pub fn outline(text: &str) -> (Vec<OutlinedCommand>, Vec<(String, Span)>) {
    let script = super::read(text, Span::new(0, text.len()), Mode::default());
    let mut outline = Outline { text, found: Vec::new() };
    outline.block(&script.block);
    outline.found.sort_by_key(|command| (command.span.start, std::cmp::Reverse(command.span.end)));
    let errors = script.errors.iter().map(|error| (format!("{:?}", error.kind), error.span)).collect();
    (outline.found, errors)
}

struct Outline<'t> {
    text: &'t str,
    found: Vec<OutlinedCommand>,
}

impl Outline<'_> {
    fn block(&mut self, block: &Block) {
        for parameter in &block.parameters {
            if let Some(default) = &parameter.default {
                self.expression(default);
            }
        }
        for statement in &block.statements {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &Statement) {
        match statement {
            Statement::Pipeline(pipeline) => {
                for element in &pipeline.elements {
                    match element {
                        Element::Expression(expression) => self.expression(expression),
                        Element::Command(command) => self.command(command),
                    }
                }
            }
            Statement::Assign(assign) => {
                self.expression(&assign.target);
                self.statement(&assign.value);
            }
            Statement::If { clauses, otherwise } => {
                for (condition, body) in clauses {
                    self.statement(condition);
                    self.block(body);
                }
                if let Some(body) = otherwise {
                    self.block(body);
                }
            }
            Statement::Foreach { values, body, .. } => {
                self.statement(values);
                self.block(body);
            }
            Statement::Loop { before, body } => {
                for statement in before {
                    self.statement(statement);
                }
                self.block(body);
            }
            Statement::Switch { value, cases, .. } => {
                self.statement(value);
                for body in cases {
                    self.block(body);
                }
            }
            Statement::Function(function) => self.block(&function.body),
            Statement::Try { body, catches, finally } => {
                self.block(body);
                for body in catches.iter().chain(finally) {
                    self.block(body);
                }
            }
            Statement::Jump { value, .. } => {
                if let Some(value) = value {
                    self.statement(value);
                }
            }
            Statement::Block(block) => self.block(block),
        }
    }

    fn command(&mut self, command: &Command) {
        let mut elements = Vec::new();
        for word in &command.words {
            let (kind, value) = match &word.kind {
                WordKind::Parameter { name, argument } => {
                    if let Some(argument) = argument {
                        self.expression(argument);
                    }
                    ("CommandParameter", Some(self.text[name.range()].to_owned()))
                }
                WordKind::Splat(name) => ("VariableExpression", Some(name.clone())),
                WordKind::Verbatim => ("StringConstantExpression", None),
                WordKind::Argument(argument) => {
                    self.expression(argument);
                    self.kind(argument)
                }
            };
            // A name in which nothing is replaced, whatever it looks like.
            let is_name = elements.is_empty() && kind == "ExpandableStringExpression";
            let bare = matches!(&word.kind, WordKind::Argument(Expression { kind: ExpressionKind::Text(text), .. }) if text.quote == super::Quote::Bare);
            let kind = if is_name && bare { "StringConstantExpression" } else { kind };
            elements.push(OutlinedElement { span: word.span, kind, value });
        }
        for redirect in &command.redirects {
            self.expression(redirect);
        }
        self.found.push(OutlinedCommand { span: command.span, elements });
    }

    fn kind(&self, expression: &Expression) -> (&'static str, Option<String>) {
        match &expression.kind {
            ExpressionKind::Text(text) => {
                let constant = text.is_constant();
                let kind = if constant { "StringConstantExpression" } else { "ExpandableStringExpression" };
                (kind, Some(self.template(text)))
            }
            ExpressionKind::Number(value) => ("ConstantExpression", Some(value.clone())),
            ExpressionKind::Variable(variable) => ("VariableExpression", Some(variable.name.clone())),
            ExpressionKind::Member { arguments: Some(_), .. } => ("InvokeMemberExpression", None),
            ExpressionKind::Member { .. } => ("MemberExpression", None),
            ExpressionKind::Index { .. } => ("IndexExpression", None),
            ExpressionKind::Binary { .. } | ExpressionKind::Sum(_) => ("BinaryExpression", None),
            ExpressionKind::Unary { .. } => ("UnaryExpression", None),
            ExpressionKind::Cast { .. } => ("ConvertExpression", None),
            ExpressionKind::Type(_) => ("TypeExpression", None),
            ExpressionKind::Table(_) => ("Hashtable", None),
            ExpressionKind::Array(_) => ("ArrayExpression", None),
            ExpressionKind::Substitution(_) => ("SubExpression", None),
            ExpressionKind::Paren(_) => ("ParenExpression", None),
            ExpressionKind::List(_) => ("ArrayLiteral", None),
            ExpressionKind::ScriptBlock(_) => ("ScriptBlockExpression", None),
            ExpressionKind::Ternary { .. } => ("TernaryExpression", None),
            ExpressionKind::Missing => ("ErrorExpression", None),
        }
    }

    /// A text as `Value` has it: escapes read, variables as they stand.
    fn template(&self, text: &Text) -> String {
        let mut out = String::new();
        for Part { span, kind, .. } in &text.parts {
            match kind {
                PartKind::Escape(c) => out.extend(c),
                _ => out.push_str(&self.text[span.range()]),
            }
        }
        out
    }

    fn expression(&mut self, expression: &Expression) {
        match &expression.kind {
            ExpressionKind::Text(text) => {
                for part in &text.parts {
                    if let PartKind::Substitution(block) = &part.kind {
                        self.block(block);
                    }
                }
            }
            ExpressionKind::Member { object, name, arguments, .. } => {
                self.expression(object);
                self.expression(name);
                for argument in arguments.iter().flatten() {
                    self.expression(argument);
                }
            }
            ExpressionKind::Index { object, index } => {
                self.expression(object);
                self.expression(index);
            }
            ExpressionKind::Binary { left, right, .. } => {
                self.expression(left);
                self.expression(right);
            }
            ExpressionKind::Unary { operand, .. } | ExpressionKind::Cast { operand, .. } => {
                self.expression(operand);
            }
            ExpressionKind::Table(entries) => {
                for entry in entries {
                    self.expression(&entry.key);
                    self.statement(&entry.value);
                }
            }
            ExpressionKind::Array(block) | ExpressionKind::Substitution(block) => self.block(block),
            ExpressionKind::ScriptBlock(block) => self.block(block),
            ExpressionKind::Paren(statement) => self.statement(statement),
            ExpressionKind::List(items) | ExpressionKind::Sum(items) => {
                for item in items {
                    self.expression(item);
                }
            }
            ExpressionKind::Ternary { condition, then, otherwise } => {
                self.expression(condition);
                self.expression(then);
                self.expression(otherwise);
            }
            ExpressionKind::Number(_)
            | ExpressionKind::Variable(_)
            | ExpressionKind::Type(_)
            | ExpressionKind::Missing => {}
        }
    }
}
