//! From a template to the requests that its deployment makes, as far as the text tells.

use std::collections::HashMap;

use super::write::parameter_of;
use super::{Resource, Version, read};
use crate::arm::expression::{self, Expression};
use crate::arm::{Blank, BodyValue, Cloud, Method, Part, Request, RequestTarget, Text};
use crate::json::{Kind, Node, Tree};

/// Where a template is deployed to, which it does not say itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployment {
    /// The cloud.
    pub cloud: Cloud,
    /// The subscription's id.
    pub subscription: Text,
    /// The resource group's name.
    pub resource_group: Option<Text>,
}

/// The requests that a deployment makes of a template's resources, in the order of the text; `None` for one that
/// only the deployment can tell, because it uses more than parameters, variables, `concat` and `resourceId`.
///
/// A parameter without a default value stands for the blank of its name.
pub fn requests(tree: &Tree<'_>, deployment: &Deployment) -> Vec<Option<Request>> {
    let template = read(tree);
    let names = Names { values: values(template.roots.first().copied()), deployment };
    let sent = template.resources.iter().filter(|resource| !resource.is_existing);
    sent.map(|resource| names.request(resource)).collect()
}

/// What parameters and variables stand for, by `parameters:name` and `variables:name` in lower case.
fn values(root: Option<Node<'_>>) -> HashMap<String, Text> {
    let mut values = HashMap::new();
    let members = |name: &str| {
        root.and_then(|root| root.member(name)).into_iter().flat_map(|(_, value)| value.members())
    };
    for (name, parameter) in members("parameters") {
        let Some(name) = name.as_str() else { continue };
        let value = match parameter.member("defaultValue") {
            Some((_, default)) => default.as_str().and_then(|text| literal(&text)),
            None => Blank::all()
                .find(|blank| parameter_of(*blank).eq_ignore_ascii_case(&name))
                .map(|blank| Text::from_parts([Part::Blank(blank)])),
        };
        values.extend(value.map(|value| (format!("parameters:{}", name.to_ascii_lowercase()), value)));
    }
    for (name, value) in members("variables") {
        let (Some(name), Some(text)) = (name.as_str(), value.as_str()) else { continue };
        values
            .extend(literal(&text).map(|value| (format!("variables:{}", name.to_ascii_lowercase()), value)));
    }
    values
}

/// The text of a string that is not an expression.
fn literal(text: &str) -> Option<Text> {
    if expression::is_escaped_expression(text) {
        return Some(Text::new(&text[1..]));
    }
    (!expression::is_expression(text)).then(|| Text::new(text))
}

struct Names<'d> {
    values: HashMap<String, Text>,
    deployment: &'d Deployment,
}

impl Names<'_> {
    fn request(&self, resource: &Resource<'_>) -> Option<Request> {
        let resource_type = resource.type_name.clone()?;
        let Version::Named { text, .. } = &resource.version else { return None };
        let name = self.text(&resource.node.member("name")?.1.as_str()?)?;
        let mut body = Vec::new();
        for (name, value) in resource.node.members() {
            let text = name.as_str()?;
            if !["type", "apiVersion", "name", "dependsOn"].iter().any(|own| own.eq_ignore_ascii_case(&text))
            {
                body.push((self.text(&text)?, self.value(value)?));
            }
        }
        let target = RequestTarget {
            cloud: self.deployment.cloud.clone(),
            scope: None,
            subscription: self.deployment.subscription.clone(),
            resource_group: self.deployment.resource_group.clone(),
            resource_type,
            names: vec![name],
            api_version: text.parse().ok()?,
        };
        Some(Request::new(Method::Put, target, Some(BodyValue::Object(body))))
    }

    /// A value with its expressions evaluated. No deeper than the tree, whose depth is bounded.
    fn value(&self, node: Node<'_>) -> Option<BodyValue> {
        match node.kind() {
            Kind::String => self.text(&node.as_str()?).map(BodyValue::String),
            Kind::Array => {
                node.elements().map(|it| self.value(it)).collect::<Option<_>>().map(BodyValue::Array)
            }
            Kind::Object => {
                let members = node
                    .members()
                    .map(|(name, value)| Some((self.text(&name.as_str()?)?, self.value(value)?)));
                members.collect::<Option<_>>().map(BodyValue::Object)
            }
            Kind::Null | Kind::True | Kind::False | Kind::Number => Some(node.to_value().into()),
            Kind::Placeholder | Kind::Unknown => None,
        }
    }

    /// What a string stands for.
    fn text(&self, text: &str) -> Option<Text> {
        if let Some(literal) = literal(text) {
            return Some(literal);
        }
        Expression::parse(text).ok()?.evaluate(&Text::new, &|name, arguments| self.call(name, arguments))
    }

    fn call(&self, name: &str, arguments: &[Text]) -> Option<Text> {
        match name.to_ascii_lowercase().as_str() {
            name @ ("parameters" | "variables") => {
                let [Part::Literal(key)] = arguments.first()?.parts() else { return None };
                self.values.get(&format!("{name}:{}", key.to_ascii_lowercase())).cloned()
            }
            "concat" => Some(Text::from_parts(arguments.iter().flat_map(|it| it.parts().iter().cloned()))),
            "resourceid" => self.resource_id(arguments),
            _ => None,
        }
    }

    /// `resourceId([subscription], [group], 'Namespace/type[/type…]', name…)`.
    fn resource_id(&self, arguments: &[Text]) -> Option<Text> {
        let is_type = |text: &Text| matches!(text.parts(), [Part::Literal(it)] if it.contains('/'));
        let at = arguments.iter().position(is_type)?;
        let (scope, rest) = arguments.split_at(at);
        let [Part::Literal(resource_type)] = rest[0].parts() else { return None };
        let own = &self.deployment.subscription;
        let (subscription, group) = match scope {
            [] => (own, self.deployment.resource_group.as_ref()?),
            [group] => (own, group),
            [subscription, group] => (subscription, group),
            _ => return None,
        };
        let mut types = resource_type.trim_matches('/').split('/');
        let words = |text: &str| Text::new(text);
        let mut segments = vec![
            words("subscriptions"),
            subscription.clone(),
            words("resourceGroups"),
            group.clone(),
            words("providers"),
            words(types.next()?),
        ];
        let types: Vec<&str> = types.collect();
        if types.len() != rest.len() - 1 {
            return None;
        }
        for (kind, name) in types.iter().zip(&rest[1..]) {
            segments.extend([words(kind), name.clone()]);
        }
        let slash = std::iter::once(Part::Literal("/".to_owned()));
        Some(Text::from_parts(
            segments.iter().flat_map(|segment| slash.clone().chain(segment.parts().iter().cloned())),
        ))
    }
}
