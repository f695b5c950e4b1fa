//! What evaluation of a template finds, and what its names say: one run for a template, told by the rules of the family.

mod messages;
mod secrets;

use std::borrow::Cow;
use std::cell::{Cell, OnceCell};
use std::collections::{HashMap, HashSet};

use self::messages::{clause, ends_with, listed, part_of, quoted, refused_of_secret, taken};
use super::whole::{is_left_to_the_reader, is_of_policy};
use super::{expression_not_evaluated, rule_of_cause, undefined_output, unused_parameter, unused_variable};
use crate::arm::expression::{Expression, is_expression};
use crate::json::{Kind, Node, Tree, string_fragment};
use crate::lint::evaluation::Evaluation;
use crate::lint::{Draft, Rule, Severity, Sink, Subject, either};
use crate::notation::template::is_template;
use crate::template::{
    Cause, Declared, Expansion, Mismatch, Names, Of, Place, Refusal, Survey, Use, shortened,
};
use crate::text::suggest::nearest;
use crate::text::{Edit, Fragment, Span};

/// Tells what is wrong with the templates of a text.
pub(in crate::lint) fn report<'a>(
    subject: &Subject<'a>,
    evaluations: &[Evaluation<'a>],
    sink: &mut Sink<'_>,
) {
    let (Some(tree), Some(body)) = (subject.tree, subject.body) else { return };
    for evaluation in evaluations {
        let (secure, walks) = (OnceCell::new(), Cell::new(MAX_WALKS));
        Examination { subject, tree, body, root: evaluation.root, evaluation, secure, walks }.report(sink);
    }
}

/// One template.
struct Examination<'s, 'a> {
    subject: &'s Subject<'a>,
    tree: &'a Tree<'a>,
    body: &'a Fragment<'a>,
    root: Node<'a>,
    evaluation: &'s Evaluation<'a>,
    /// Declarations of what is secret, in the order of the text.
    secure: OnceCell<Vec<Span>>,
    /// Walks through the template that are left.
    walks: Cell<u32>,
}

/// Walks through a template for its findings.
const MAX_WALKS: u32 = 256;

impl<'a> Examination<'_, 'a> {
    fn report(&self, sink: &mut Sink<'_>) {
        let Evaluation { survey, expansion, .. } = self.evaluation;
        let unreached: HashSet<Place> = expansion.unreached.iter().copied().collect();
        let mismatches = survey.mismatches();
        let sure = self.refused_whatever(&expansion.refusals);
        let mut told: HashSet<(Place, Cause)> = HashSet::new();
        let is_passed = |it: &Mismatch<'_>| {
            let passes = it.of.is_lazy || it.of.under.iter().any(|it| unreached.contains(it));
            passes && !sure.contains(&(Some(it.of.place), it.refusal.cause))
        };
        told.extend(mismatches.iter().map(|it| (it.of.place, it.refusal.cause)));
        for mut uses in by_name(&mismatches) {
            uses.retain(|it| self.is_news(it.of, sink));
            // Told where ARM comes by, if it does.
            let first = uses.iter().position(|it| !is_passed(it)).unwrap_or_default();
            let is_passed = uses.get(first).is_none_or(|it| is_passed(it));
            self.tell_mismatch(survey, (&uses, first), is_passed, sink);
        }
        let structural: HashSet<Place> = expansion
            .refusals
            .iter()
            .filter(|it| matches!(it.cause, Cause::Structure | Cause::UnknownTemplateMember))
            .filter_map(|it| it.place)
            .collect();
        let doubtful = self.spans(&expansion.doubtful);
        for refusal in &expansion.refusals {
            let place = refusal.place.unwrap_or(self.root_place());
            if told.contains(&(place, refusal.cause)) {
                continue;
            }
            // What is missing there leads to more than one refusal.
            let is_first = matches!(refusal.cause, Cause::Structure | Cause::UnknownTemplateMember);
            if !is_first && structural.contains(&place) {
                continue;
            }
            // Of what kind a parameter is, its declaration says.
            let is_sure =
                refusal.cause == Cause::ConditionKind || sure.contains(&(refusal.place, refusal.cause));
            let may_be_left_out = hangs_on_values(refusal.cause)
                && self.node(place).is_some_and(|node| doubtful.iter().any(|it| it.contains(node.span())));
            told.insert((place, refusal.cause));
            let hangs_on =
                if is_sure && !may_be_left_out { HangsOn::Nothing } else { self.hangs_on(refusal) };
            self.tell(refusal, place, hangs_on, sink);
        }
        // What conditions leave out with the defaults is there with other values.
        if !expansion.unreached.is_empty() {
            let unreached = self.spans(&expansion.unreached);
            for refusal in &self.evaluation.whatever().refusals {
                let Some(place) = refusal.place.filter(|place| !told.contains(&(*place, refusal.cause)))
                else {
                    continue;
                };
                let is_left_out = |node: Node<'_>| unreached.iter().any(|it| it.contains(node.span()));
                if !structural.contains(&place) && self.node(place).is_some_and(is_left_out) {
                    self.tell(refusal, place, HangsOn::Condition, sink);
                }
            }
        }
        if !self.subject.in_document() {
            self.tell_unused(survey, sink);
        }
        self.tell_secrets(survey, sink);
        for place in &survey.bare {
            self.tell_bare(*place, sink);
        }
    }

    /// What a refusal that is not sure hangs on.
    fn hangs_on(&self, refusal: &Refusal) -> HangsOn {
        let is_same = |it: &Refusal| (it.place, it.cause) == (refusal.place, refusal.cause);
        let is_there = |expansion: &Expansion| expansion.refusals.iter().any(is_same);
        match self.evaluation {
            it if it.is_deployed || is_there(it.whatever()) => HangsOn::Condition,
            it if is_there(it.filled_in()) => HangsOn::Defaults,
            _ => HangsOn::Blanks,
        }
    }

    /// What is refused whatever values the parameters get, or for the only ones that there are.
    fn refused_whatever(&self, refusals: &[Refusal]) -> HashSet<(Option<Place>, Cause)> {
        if refusals.is_empty() {
            return HashSet::new();
        }
        let whatever = &self.evaluation.whatever().refusals;
        let mut sure: HashSet<_> = whatever.iter().map(|it| (it.place, it.cause)).collect();
        if refusals.iter().all(|it| sure.contains(&(it.place, it.cause))) {
            return sure;
        }
        let as_it_stands = self.evaluation.as_it_stands();
        let refused = as_it_stands.iter().flat_map(|it| &it.refusals).filter(|it| !is_of_names(it.cause));
        sure.extend(refused.map(|it| (it.place, it.cause)));
        sure
    }

    /// Where resources stand.
    fn spans(&self, places: &[Place]) -> Vec<Span> {
        let own = places.iter().filter(|it| it.document == 0);
        own.filter_map(|it| self.node(*it)).map(Node::span).collect()
    }

    fn root_place(&self) -> Place {
        Place { document: 0, node: self.root.index() }
    }

    fn node(&self, place: Place) -> Option<Node<'a>> {
        self.tree.node(place.node)
    }

    /// Where in the file a finding points: the characters of a string that are to blame, a value, or the bracket that
    /// opens what is too large to be shown.
    fn span(&self, node: Node<'a>, part: Option<Span>) -> Span {
        if let Some(part) = part.filter(|_| node.kind() == Kind::String)
            && let Some(text) = string_fragment(self.body, node)
            && text.text().get(part.range()).is_some_and(|it| !it.is_empty())
        {
            return text.to_file(part);
        }
        let is_container = matches!(node.kind(), Kind::Object | Kind::Array);
        self.body.to_file(if is_container { node.opening() } else { node.span() })
    }

    fn draft(
        &self,
        rule: &'static Rule,
        place: Place,
        part: Option<Span>,
        message: impl Into<String>,
    ) -> Option<(Node<'a>, Span, Draft<'a>)> {
        let node = self.node(place)?;
        let span = self.span(node, part);
        Some((node, span, self.subject.at_file(rule, span, message)))
    }

    /// True if somebody is to fill something in there first.
    fn is_open(&self, node: Node<'a>) -> bool {
        node.is_repaired() || node.as_str().is_some_and(|text| is_left_to_the_reader(self.subject, &text))
    }

    /// True if something can be said of a use that has not been said.
    fn is_news(&self, used: &Use, sink: &Sink<'_>) -> bool {
        self.node(used.place)
            .is_some_and(|node| !self.is_open(node) && !sink.explained_at(self.span(node, Some(used.span))))
    }

    /// Tells of one name that nothing has, at one of its `uses`: whoever mends it mends them all.
    fn tell_mismatch(
        &self,
        survey: &Survey,
        (uses, first): (&[&Mismatch<'_>], usize),
        is_passed: bool,
        sink: &mut Sink<'_>,
    ) {
        let Some(mismatch) = uses.get(first) else { return };
        let Use { of, name, place, span, .. } = mismatch.of;
        let cause = mismatch.refusal.cause;
        let names = survey.scopes.get(mismatch.of.scope as usize);
        if self.is_left_out(cause, names) {
            return;
        }
        let (what, member) = match of {
            Of::Parameter => ("parameter", "parameters"),
            Of::Variable => ("variable", "variables"),
            Of::Function => ("function", ""),
            Of::OwnFunction => ("function", "functions"),
        };
        let message = match (cause, of) {
            (Cause::ArgumentCount, _) => {
                format!("`{name}` takes {}", taken(&mismatch.refusal.message, mismatch.of.count))
            }
            (Cause::UserFunction, _) => format!("the function has no parameter `{name}`"),
            (_, Of::Function) => format!("`{name}` is not a function of ARM templates"),
            _ => format!("no {what} `{name}` is declared"),
        };
        let Some((node, _, mut draft)) = self.draft(rule_of_cause(cause), *place, Some(*span), message)
        else {
            return;
        };
        if *of == Of::Function && is_of_policy(self.subject, node, name) {
            return;
        }
        let near = nearest(name, mismatch.known.iter().map(|it| &**it));
        let mut help = None;
        if !near.is_empty() {
            help = Some(format!("did you mean {}?", either(near.iter().copied())));
        } else if matches!(of, Of::Parameter | Of::Variable) && cause != Cause::UserFunction {
            let inner = survey.scopes.len() > 1 && mismatch.of.scope > 0;
            help = Some(if inner {
                format!("the nested template has inner scope: it sees only its own `{member}`")
            } else {
                format!("declare it in `{member}` of the template")
            });
        }
        if let [near] = near.as_slice() {
            let of_use = |it: &&Mismatch<'_>| self.rewrite(self.node(it.of.place)?, it.of.span, near);
            if let Some(edits) = uses.iter().map(of_use).collect::<Option<Vec<_>>>() {
                draft = draft.fix(format!("write `{near}`"), &edits.concat());
            }
        }
        let more = match uses.len() - 1 {
            0 => None,
            1 => Some("t is used in one more place".to_owned()),
            more => Some(format!("t is used in {more} more places")),
        };
        let help = match (help, more) {
            (Some(help), Some(more)) if help.ends_with('?') => Some(format!("{help} I{more}")),
            (Some(help), Some(more)) => Some(format!("{help}; i{more}")),
            (None, Some(more)) => Some(format!("i{more}")),
            (help, None) => help,
        };
        if let Some(help) = help {
            draft = draft.help(help);
        }
        if is_passed {
            draft = draft.severity(Severity::Warning);
        } else {
            draft = draft.arm(mismatch.refusal.code, self.arm_message(&mismatch.refusal, node));
        }
        sink.push(draft);
    }

    /// True if nothing can be said: a document shows part of a template.
    fn is_left_out(&self, cause: Cause, names: Option<&Names>) -> bool {
        if !self.subject.in_document() {
            return false;
        }
        match cause {
            Cause::UndefinedParameter => names.is_none_or(|it| it.parameters.is_empty()),
            Cause::UndefinedVariable => names.is_none_or(|it| it.variables.is_empty()),
            Cause::Structure | Cause::NameSegments | Cause::DependsOnUnknown | Cause::ApiVersion => true,
            _ => false,
        }
    }

    /// Edits of the file that put `right` in the place of part of a string.
    fn rewrite(&self, node: Node<'a>, part: Span, right: &str) -> Option<Vec<Edit>> {
        if right.contains(['\'', '"', '\\']) {
            return None;
        }
        string_fragment(self.body, node)?.edit(part, right)
    }

    fn tell(&self, refusal: &Refusal, place: Place, hangs_on: HangsOn, sink: &mut Sink<'_>) {
        let is_sure = hangs_on == HangsOn::Nothing;
        if self.is_left_out(refusal.cause, None) || place.document != 0 {
            return;
        }
        let Some(node) = self.node(place) else { return };
        let text = node.as_str().unwrap_or(Cow::Borrowed(""));
        let is_whole = self.tree.root().is_some_and(|it| it.index() == self.root.index());
        match refusal.cause {
            // What does not parse has a rule that says more.
            Cause::ExpressionInvalid if is_expression(&text) && Expression::parse(&text).is_err() => return,
            // A template in another text may be finished by whoever sends it.
            Cause::Structure if node.index() == self.root.index() && !is_whole => return,
            // Whether one is due depends on the scope, which the template of a policy does not say.
            Cause::NestedDeployment if !is_whole && refusal.message.contains("'location' property") => return,
            // The rule that looks at each resource points at its type.
            Cause::ApiVersion
                if node.member("type").is_some_and(|(_, kind)| sink.explained(self.subject, kind)) =>
            {
                return;
            }
            // What `deployment()` gives is shown in documents by its members alone.
            Cause::SchemaScope if self.subject.in_document() && text.trim().is_empty() => return,
            // Policies have functions of their own.
            Cause::UndefinedFunction if self.names_policy(node, &refusal.message) => return,
            _ => {}
        }
        let mut rule = rule_of_cause(refusal.cause);
        let mut part = refusal.span;
        let mut known: Vec<String> = Vec::new();
        let mut wrong = None;
        match refusal.cause {
            Cause::UndefinedMember => {
                let before = part.and_then(|it| text.get(..it.start as usize)).unwrap_or_default();
                let before = before.trim_end_matches(['.', '?', '\'', '[']);
                if ends_with(before, "outputs") {
                    rule = &undefined_output::RULE;
                }
                known = listed(&refusal.message, "available properties are '");
                wrong = quoted(&refusal.message);
            }
            Cause::UndefinedSymbol => {
                wrong = quoted(&refusal.message);
                known = self.symbols(node);
                if let Some(name) = wrong.as_deref() {
                    part = part_of(&text, name).or(part);
                }
            }
            _ => {}
        }
        // A default that is empty, and too short or not allowed for that, is there to be given.
        let is_blank_default = matches!(refusal.cause, Cause::ValueOutOfBounds | Cause::DefaultNotAllowed)
            && text.is_empty()
            && node.kind() == Kind::String
            && self.tree.name_before(node.span().start).and_then(Node::as_str).as_deref()
                == Some("defaultValue");
        // Defaults that are made of each other are there for one of them to be given.
        let is_ring = refusal.cause == Cause::CircularDependency
            && self.root.member("parameters").is_some_and(|(_, it)| it.span().contains(node.span()));
        let hangs_on = if is_blank_default || is_ring { HangsOn::Blanks } else { hangs_on };
        let secret = self.is_secret_parameter(node);
        let message =
            if secret { refused_of_secret(refusal.cause) } else { clause(&shortened(&refusal.message)) };
        let Some((_, span, mut draft)) = self.draft(rule, place, part, message) else { return };
        if self.is_open(node)
            || sink.explained_at(span)
            || (node.kind() == Kind::String && sink.explained(self.subject, node))
        {
            return;
        }
        if let Some(wrong) = &wrong {
            let near = nearest(wrong, known.iter().map(String::as_str));
            if let [near] = near.as_slice() {
                draft = draft.help(format!("did you mean `{near}`?"));
                let is_there = part.and_then(|it| text.get(it.range())) == Some(wrong.as_str());
                if let Some(edits) = part.filter(|_| is_there).and_then(|it| self.rewrite(node, it, near)) {
                    draft = draft.fix(format!("write `{near}`"), &edits);
                }
            }
        }
        // A resource that may never be deployed waits for nothing, and other values than the defaults may be right.
        // And of turns whose names a computation makes equal only the service's own look tells.
        if refusal.cause == Cause::DependsOnUnknown && self.has_condition(node)
            || refusal.cause == Cause::DuplicateResource && is_expression(&text)
            || !is_sure && rule.severity > Severity::Warning
        {
            draft = draft.severity(Severity::Warning);
        }
        // Of resources of one name that have conditions one may be deployed at a time: the library counts them all, and
        // published templates that have such are deployed. And what it says of long results the service does not hold
        // to.
        if refusal.cause == Cause::DuplicateResource && self.has_condition(node)
            || refusal.cause == Cause::ResultLimit
            || hangs_on == HangsOn::Blanks
        {
            draft = draft.severity(Severity::Note);
        }
        draft = match hangs_on {
            HangsOn::Defaults => draft.more_help("so it is with the defaults of the parameters"),
            HangsOn::Blanks => draft.more_help("so it is while parameters are left empty"),
            HangsOn::Nothing | HangsOn::Condition => draft,
        };
        if refusal.cause == Cause::Budget {
            draft = draft.more_help("what stands behind it was not evaluated, and not checked in that way");
        } else if !secret {
            draft = draft.arm(refusal.code, shortened(&self.arm_message(refusal, node)).into_owned());
        }
        sink.push(draft);
    }

    /// True if a node is part of a resource with a condition, or if that is not looked for any more.
    fn has_condition(&self, node: Node<'a>) -> bool {
        if !self.may_walk() {
            return true;
        }
        let mut around = Some(self.root);
        while let Some(outer) = around {
            if outer.member("condition").is_some() && outer.member("apiVersion").is_some() {
                return true;
            }
            let holds = |inner: &Node<'_>| inner.span().contains(node.span());
            around = outer
                .members()
                .map(|(_, it)| it)
                .chain(outer.elements())
                .find(|it| holds(it) && it.index() != outer.index());
        }
        false
    }

    fn names_policy(&self, node: Node<'a>, message: &str) -> bool {
        quoted(message).is_some_and(|name| is_of_policy(self.subject, node, &name))
    }

    /// ARM's words, with what they stand in.
    fn arm_message(&self, refusal: &Refusal, node: Node<'a>) -> String {
        if refusal.within.is_some() {
            return refusal.full_message();
        }
        let is_name = matches!(
            refusal.cause,
            Cause::UndefinedParameter | Cause::UndefinedVariable | Cause::CircularDependency
        );
        let variable =
            self.root.member("variables").filter(|(_, it)| !is_name && it.span().contains(node.span()));
        let holder =
            variable.and_then(|(_, all)| all.members().find(|(_, it)| it.span().contains(node.span())));
        match holder.and_then(|(name, _)| name.as_str()) {
            Some(name) => format!("The template variable '{name}' is not valid: {}", refusal.message),
            None => refusal.message.clone(),
        }
    }

    /// The symbolic names of the template around a node.
    fn symbols(&self, node: Node<'a>) -> Vec<String> {
        let mut names = Vec::new();
        if !self.may_walk() {
            return names;
        }
        let mut around = Some(self.root);
        while let Some(outer) = around {
            if is_template(outer) {
                let resources = outer.member("resources").map(|(_, it)| it);
                names = resources
                    .into_iter()
                    .flat_map(Node::members)
                    .filter_map(|(name, _)| name.as_str().map(Cow::into_owned))
                    .collect();
            }
            let holds =
                |inner: &Node<'_>| inner.index() != outer.index() && inner.span().contains(node.span());
            around = outer.members().map(|(_, it)| it).chain(outer.elements()).find(holds);
        }
        names
    }

    /// True if the template may be walked once more for what makes a finding better: each walk takes as long as the
    /// template is, and a template may have as many mistakes.
    fn may_walk(&self) -> bool {
        let left = self.walks.get();
        self.walks.set(left.saturating_sub(1));
        left > 0
    }

    fn tell_unused(&self, survey: &Survey, sink: &mut Sink<'_>) {
        let mut used: HashSet<(Of, u32, String)> = HashSet::new();
        for it in &survey.uses {
            let own = survey.scopes.get(it.scope as usize);
            let scope = match own.and_then(Names::around) {
                Some(around) if it.of != Of::Parameter => around,
                _ => it.scope,
            };
            used.insert((it.of, scope, it.name.to_lowercase()));
        }
        for (at, names) in survey.scopes.iter().enumerate() {
            if names.is_computed || names.function.is_some() {
                continue;
            }
            let tables = [
                (Of::Parameter, &names.parameters, &unused_parameter::RULE, "parameter"),
                (Of::Variable, &names.variables, &unused_variable::RULE, "variable"),
            ];
            for (of, declared, rule, what) in tables {
                for Declared { name, place, value } in declared {
                    let is_loops =
                        of == Of::Variable && name.eq_ignore_ascii_case("copy") && value.as_array().is_some();
                    if is_loops || used.contains(&(of, at as u32, name.to_lowercase())) {
                        continue;
                    }
                    let Some(place) = *place else { continue };
                    let drawn = self.draft(rule, place, None, format!("the {what} `{name}` is not used"));
                    if let Some((_, span, draft)) = drawn
                        && !sink.explained_at(span)
                    {
                        sink.push(draft);
                    }
                }
            }
        }
    }

    fn tell_bare(&self, place: Place, sink: &mut Sink<'_>) {
        let message = "the string looks like an expression and is sent as text";
        let Some((node, span, draft)) = self.draft(&expression_not_evaluated::RULE, place, None, message)
        else {
            return;
        };
        if !self.is_open(node) && !sink.explained_at(span) {
            sink.push(draft.help(
                "put it in brackets: ARM evaluates a string from a `[` at its start to a `]` at its end",
            ));
        }
    }
}

/// What a refusal hangs on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum HangsOn {
    /// Nothing: whoever deploys the template is refused.
    Nothing,
    /// Whether a resource is deployed.
    Condition,
    /// Defaults, for which others may be given.
    Defaults,
    /// Defaults that are empty, and meant to be given.
    Blanks,
}

/// The mismatches, those of one name together, in the order of the first.
fn by_name<'m, 's>(mismatches: &'m [Mismatch<'s>]) -> Vec<Vec<&'m Mismatch<'s>>> {
    let mut groups: Vec<Vec<&Mismatch<'_>>> = Vec::new();
    let mut known: HashMap<(u32, Of, String), usize> = HashMap::new();
    for mismatch in mismatches {
        // What a function is given is another mistake at each call.
        let is_name = !matches!(mismatch.refusal.cause, Cause::ArgumentCount | Cause::ArgumentKind);
        let used = mismatch.of;
        let at = if is_name {
            *known.entry((used.scope, used.of, used.name.to_lowercase())).or_insert(groups.len())
        } else {
            groups.len()
        };
        match groups.get_mut(at) {
            Some(group) => group.push(mismatch),
            None => groups.push(vec![mismatch]),
        }
    }
    groups
}

/// True for what other values would not be refused for: the condition of a resource may look for them.
fn hangs_on_values(cause: Cause) -> bool {
    matches!(
        cause,
        Cause::ArgumentKind
            | Cause::UndefinedMember
            | Cause::MissingParameterValue
            | Cause::FailCalled
            | Cause::ValueOutOfBounds
    )
}

/// True for what the service looks for beside the library: names that are alike, or lead nowhere.
fn is_of_names(cause: Cause) -> bool {
    matches!(cause, Cause::DuplicateResource | Cause::DependsOnUnknown | Cause::CircularDependency)
}
