//! Mistakes of reference, planted into templates that have none: each is found, once, where it was planted.

use armbody::container::Kind;
use armbody::json::{Dialect, Kind as JsonKind, Node, Tree};
use armbody::lint::{Family, Finding, Options, Severity, check};
use armbody::text::{Source, Span};
use regex::Regex;

use crate::support::needs::shared;

/// A template with a mistake, and where it is.
struct Planted {
    text: String,
    place: Span,
}

/// A kind of mistake.
struct Mutation {
    name: &'static str,
    /// The rules that may tell of it.
    rules: &'static [&'static str],
    plant: fn(&Base<'_>) -> Option<Planted>,
}

/// A template that nothing is wrong with.
struct Base<'t> {
    text: &'t str,
    tree: Tree<'t>,
}

impl Base<'_> {
    fn root(&self) -> Node<'_> {
        self.tree.root().expect("JSON")
    }

    fn member(&self, name: &str) -> Option<Node<'_>> {
        self.root().member(name).map(|(_, value)| value)
    }

    /// The expressions of a section that are evaluated as part of it: those of nested templates are not.
    fn expressions(&self, section: &str) -> Vec<(Span, String)> {
        let mut found = Vec::new();
        let mut open: Vec<Node<'_>> = self.member(section).into_iter().collect();
        while let Some(node) = open.pop() {
            let is_own =
                |name: Node<'_>| !["template", "metadata", "parameters"].iter().any(|it| name.is_named(it));
            open.extend(node.members().filter(|(name, _)| is_own(*name)).map(|(_, value)| value));
            open.extend(node.elements());
            if let Some(text) = node.as_str()
                && node.kind() == JsonKind::String
                && text.starts_with('[')
                && !text.starts_with("[[")
                && text.ends_with(']')
                && self.text[node.content_span().range()] == *text
            {
                found.push((node.content_span(), text.into_owned()));
            }
        }
        found.sort_by_key(|(span, _)| span.start);
        found
    }

    /// The text with `right` in the place of `span`.
    fn replace(&self, span: Span, right: &str) -> Planted {
        let text = format!("{}{right}{}", &self.text[..span.start as usize], &self.text[span.end as usize..]);
        let start = span.start as usize;
        Planted { text, place: Span::new(start, (start + right.len()).max(start + 1)) }
    }

    /// The first match of `pattern` in an expression of resources or variables, its first group replaced.
    fn in_expression(&self, pattern: &str, right: impl Fn(&str) -> String) -> Option<Planted> {
        let pattern = Regex::new(pattern).expect("an expression");
        ["resources", "variables"].iter().find_map(|section| {
            self.expressions(section).iter().find_map(|(span, text)| {
                let group = pattern.captures(text)?.get(1)?;
                let start = span.start as usize + group.start();
                Some(self.replace(Span::new(start, start + group.as_str().len()), &right(group.as_str())))
            })
        })
    }

    /// With a member more in a section of the template.
    fn add(&self, section: &str, member: &str) -> Option<Planted> {
        if let Some(node) = self.member(section) {
            let at = node.span().start as usize + 1;
            let comma = if node.members().next().is_some() { "," } else { "" };
            return (node.kind() == JsonKind::Object).then(|| self.insert(at, member, comma, ""));
        }
        let at = self.root().span().start as usize + 1;
        Some(self.insert(at, member, "},", &format!("\"{section}\": {{")))
    }

    fn insert(&self, at: usize, text: &str, after: &str, before: &str) -> Planted {
        let whole = format!("{}{before}{text}{after}{}", &self.text[..at], &self.text[at..]);
        let start = at + before.len();
        Planted { text: whole, place: Span::new(start, start + text.len()) }
    }

    /// The first resource that stands by itself: neither a child, nor a loop, nor left out by a condition.
    fn resource(&self) -> Option<Node<'_>> {
        let resources = self.member("resources")?;
        let all = resources.elements().chain(resources.members().map(|(_, value)| value));
        all.into_iter().find(|it| {
            let is_plain = ["copy", "condition", "existing", "extension", "import"]
                .iter()
                .all(|name| it.member(name).is_none());
            let kind = it.member("type").and_then(|(_, kind)| kind.as_str());
            is_plain
                && kind.is_some_and(|kind| !kind.contains("deployments") && !kind.contains("resourceGroups"))
        })
    }

    /// True if every name is written: what is computed may be any.
    fn has_plain_names(&self) -> bool {
        let Some(resources) = self.member("resources") else { return false };
        let mut all = resources.elements().chain(resources.members().map(|(_, value)| value));
        all.all(|it| {
            let name = it.member("name").and_then(|(_, name)| name.as_str());
            name.is_some_and(|name| !name.starts_with('[')) && it.member("resources").is_none()
        })
    }

    fn is_symbolic(&self) -> bool {
        self.member("languageVersion").is_some()
    }

    /// With a member more in the first resource, unless it has one of the name.
    fn add_to_resource(&self, name: &str, value: &str) -> Option<Planted> {
        let resource = self.resource().filter(|it| it.member(name).is_none())?;
        let at = resource.span().start as usize + 1;
        Some(self.insert(at, &format!("\"{name}\": {value}"), ",", ""))
    }
}

fn slip(name: &str) -> String {
    format!("{name}Qx")
}

/// The end of a call whose opening bracket is at `open`.
fn end_of_call(text: &str, open: usize) -> Option<usize> {
    let (mut depth, mut is_quoted) = (0, false);
    for (at, byte) in text.bytes().enumerate().skip(open) {
        match byte {
            b'\'' => is_quoted = !is_quoted,
            b'(' if !is_quoted => depth += 1,
            b')' if !is_quoted => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

/// One argument more for the first call of one of `names`.
fn with_argument(base: &Base<'_>, names: &str) -> Option<Planted> {
    let pattern = Regex::new(&format!(r"\b(?:{names})\(")).expect("an expression");
    base.expressions("resources").iter().chain(&base.expressions("variables")).find_map(|(span, text)| {
        let call = pattern.find(text)?;
        let end = end_of_call(text, call.end() - 1)?;
        let mut planted = base.insert(span.start as usize + end, ", 1, 2", "", "");
        planted.place.start = span.start + call.start() as u32;
        Some(planted)
    })
}

const MUTATIONS: [Mutation; 24] = [
    Mutation {
        name: "a parameter's name",
        rules: &["undefined-parameter"],
        plant: |it| it.in_expression(r"parameters\('([^']+)'\)", slip),
    },
    Mutation {
        name: "a variable's name",
        rules: &["undefined-variable"],
        plant: |it| it.in_expression(r"variables\('([^']+)'\)", slip),
    },
    Mutation {
        name: "a function's name",
        rules: &["undefined-function"],
        plant: |it| {
            it.in_expression(
                r"\b(concat|format|resourceId|toLower|uniqueString|if|equals|createArray)\(",
                slip,
            )
        },
    },
    Mutation {
        name: "a scope function's name",
        rules: &["undefined-function"],
        plant: |it| it.in_expression(r"\b(resourceGroup|subscription|deployment)\(\)", slip),
    },
    Mutation {
        name: "a namespace that is not there",
        rules: &["undefined-function"],
        plant: |it| it.add("variables", r#""planted": "[contoso.make('a')]""#),
    },
    Mutation {
        name: "an argument too many",
        rules: &["wrong-argument-count"],
        plant: |it| with_argument(it, "parameters|variables"),
    },
    Mutation {
        name: "arguments too many of a pure function",
        rules: &["wrong-argument-count"],
        plant: |it| with_argument(it, "toLower|toUpper|length|empty|not|equals|string"),
    },
    Mutation {
        name: "no argument",
        rules: &["wrong-argument-count", "expression-invalid"],
        plant: |it| it.in_expression(r"parameters\(('[^']+')\)", |_| String::new()),
    },
    Mutation {
        name: "a bracket that is not closed",
        rules: &["expression-invalid"],
        plant: |it| it.in_expression(r"^\[.*(\))\]$", |_| String::new()),
    },
    Mutation {
        name: "a quote that is not closed",
        rules: &["expression-invalid"],
        plant: |it| it.in_expression(r"(?:parameters|variables)\('[^']+(')\)", |_| String::new()),
    },
    Mutation {
        name: "no brackets around it",
        rules: &["expression-not-evaluated", "condition-kind"],
        plant: |it| {
            it.in_expression(r"^(\[(?:parameters|variables)\('[^']+'\)\])$", |text| {
                text[1..text.len() - 1].to_owned()
            })
        },
    },
    Mutation {
        name: "a name too few for an id",
        rules: &["resource-id-segments"],
        plant: |it| {
            it.add(
                "variables",
                r#""planted": "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'one')]""#,
            )
        },
    },
    Mutation {
        name: "a member that is not there",
        rules: &["undefined-member"],
        plant: |it| {
            it.add(
                "variables",
                r#""planted": {"a": {"right": 1}}, "planted2": "[variables('planted').a.wrong]""#,
            )
        },
    },
    Mutation {
        name: "an element that is not there",
        rules: &["undefined-member"],
        plant: |it| it.add("variables", r#""planted": [1, 2], "planted2": "[variables('planted')[5]]""#),
    },
    Mutation {
        name: "a runtime function in a variable",
        rules: &["function-not-allowed-here"],
        plant: |it| it.add("variables", r#""planted": "[reference('someone')]""#),
    },
    Mutation {
        name: "an index without a loop",
        rules: &["copy-index-outside"],
        plant: |it| it.add("outputs", r#""planted": {"type": "int", "value": "[copyIndex()]"}"#),
    },
    Mutation {
        name: "a parameter in an output",
        rules: &["undefined-parameter"],
        plant: |it| {
            it.add("outputs", r#""planted": {"type": "string", "value": "[parameters('nobodyKnowsIt')]"}"#)
        },
    },
    Mutation {
        name: "a parameter in a default",
        rules: &["undefined-parameter"],
        plant: |it| {
            it.add(
                "parameters",
                r#""planted": {"type": "string", "defaultValue": "[parameters('nobodyKnowsIt')]"}"#,
            )
        },
    },
    Mutation {
        name: "variables in a ring",
        rules: &["circular-dependency"],
        plant: |it| {
            it.add(
                "variables",
                r#""planted": "[variables('planted2')]", "planted2": "[variables('planted')]""#,
            )
        },
    },
    Mutation {
        name: "a condition of another kind",
        rules: &["condition-kind"],
        plant: |it| it.add_to_resource("condition", r#""[concat('a', 'b')]""#),
    },
    Mutation {
        name: "a dependency on what is not there",
        rules: &["depends-on-unknown", "undefined-symbol"],
        plant: |it| it.has_plain_names().then(|| it.add_to_resource("dependsOn", r#"["nobodyKnowsIt"]"#))?,
    },
    Mutation {
        name: "a dependency by an id that is not there",
        rules: &["depends-on-unknown"],
        plant: |it| {
            (!it.is_symbolic()).then(|| {
                it.add_to_resource(
                    "dependsOn",
                    r#"["[resourceId('Microsoft.Nobody/things', 'nobodyKnowsIt')]"]"#,
                )
            })?
        },
    },
    Mutation {
        name: "a reference to what is not there",
        rules: &["depends-on-unknown", "undefined-symbol"],
        plant: |it| {
            let output = r#""planted": {"type": "object", "value": "[reference('nobodyKnowsIt')]"}"#;
            it.has_plain_names().then(|| it.add("outputs", output))?
        },
    },
    Mutation {
        name: "segments too many",
        rules: &["name-segments"],
        plant: |it| {
            let resource = it.resource().filter(|it| it.member("resources").is_none())?;
            let (_, name) = resource.member("name")?;
            let planted = it.replace(name.content_span(), "a/b/c/d/e/f/g/h");
            Some(planted)
        },
    },
];

fn found(text: &str) -> Vec<Finding> {
    let source = Source::new("template.json", text);
    let mut findings = check(&source, Kind::Json, &Options::default());
    findings.retain(|it| it.severity > Severity::Note);
    findings
}

fn key(finding: &Finding) -> (&'static str, String) {
    (finding.rule.name, finding.message.clone())
}

/// What is wrong with the answer to a planted mistake.
fn fault(name: &str, base: &[Finding], mutation: &Mutation, planted: &Planted) -> Option<String> {
    let known: Vec<_> = base.iter().map(key).collect();
    let new: Vec<Finding> = found(&planted.text).into_iter().filter(|it| !known.contains(&key(it))).collect();
    let line = |it: &Finding| {
        let place = &planted.text[it.span.range()];
        format!("{} at {:?}: {}", it.rule.name, place.get(..40).unwrap_or(place), it.message)
    };
    // The string around it.
    let near = |it: &Finding| {
        let around = Span { start: planted.place.start.saturating_sub(300), end: planted.place.end + 300 };
        it.span.overlaps(planted.place) || planted.place.len() < 2 && it.span.overlaps(around)
    };
    let right = new.iter().filter(|it| mutation.rules.contains(&it.rule.name) && near(it)).count();
    if right == 1 && new.len() == 1 {
        return None;
    }
    let all: Vec<String> = new.iter().map(line).collect();
    Some(format!("{name}: {}: {right} of {}: {all:#?}", mutation.name, new.len()))
}

/// How many mistakes were planted into `templates`, and what was wrong with the answers.
fn plant(templates: &[(String, String)]) -> (usize, Vec<String>) {
    let (mut count, mut faults) = (0, Vec::new());
    for (name, text) in templates {
        let tree = Tree::parse(text, Dialect { comments: true, trailing_commas: true, ..Dialect::STRICT });
        let base = Base { text, tree };
        let known = found(text);
        for mutation in &MUTATIONS {
            let Some(planted) = (mutation.plant)(&base) else { continue };
            count += 1;
            faults.extend(fault(name, &known, mutation, &planted));
        }
    }
    (count, faults)
}

/// Templates of our own: `seed` says which of what a template may have is in it.
fn own(seed: usize) -> String {
    let has = |bit: usize| seed >> bit & 1 == 1;
    let name = if has(5) {
        "web"
    } else if has(0) {
        "[concat(variables('prefix'), toLower(parameters('name')))]"
    } else {
        "[format('{0}net', parameters('name'))]"
    };
    let location = if has(1) { "[resourceGroup().location]" } else { "[parameters('location')]" };
    let copy =
        if has(2) { r#""copy": {"name": "all", "count": "[length(variables('items'))]"},"# } else { "" };
    let address = if has(5) && !has(2) {
        "address"
    } else {
        "[concat(variables('prefix'), variables('items')[INDEX])]"
    };
    let index = if has(2) { "copyIndex('all')" } else { "0" };
    let condition = if has(3) { r#""condition": "[equals(parameters('name'), 'x')]","# } else { "" };
    let outputs = if has(4) {
        r#""outputs": {"first": {"type": "string", "value": "[variables('items')[0]]"}},"#
    } else {
        ""
    };
    let address = address.replace("INDEX", index);
    format!(
        r#"{{
  "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  "contentVersion": "1.0.0.0",
  "parameters": {{
    "name": {{"type": "string", "minLength": 2}},
    "location": {{"type": "string", "defaultValue": "[resourceGroup().location]"}}
  }},
  "variables": {{
    "prefix": "[uniqueString(resourceGroup().id)]",
    "items": ["one", "two"],
    "settings": {{"address": "10.0.0.0/16"}}
  }},
  {outputs}
  "resources": [
    {{
      "type": "Microsoft.Network/virtualNetworks", "apiVersion": "2023-09-01", "name": "{name}", "location": "{location}",
      "properties": {{"addressSpace": {{"addressPrefixes": ["[variables('settings').address]"]}}}}
    }},
    {{
      {copy} {condition}
      "type": "Microsoft.Network/publicIPAddresses", "apiVersion": "2023-09-01", "location": "[parameters('location')]",
      "name": "{address}", "properties": {{"publicIPAllocationMethod": "Static"}}
    }}
  ]
}}"#
    )
}

#[test]
fn mistakes_in_templates_of_our_own_are_found_where_they_are() {
    let templates: Vec<(String, String)> = (0..64).map(|seed| (format!("own {seed}"), own(seed))).collect();
    for (name, text) in &templates {
        let errors: Vec<_> = found(text).iter().map(key).collect();
        assert!(errors.is_empty(), "{name}: {errors:?}");
    }
    let (count, faults) = plant(&templates);
    assert!(faults.is_empty(), "{} of {count}: {faults:#?}", faults.len());
    assert!(count > 64 * 18, "{count}");
}

/// Twenty kinds and more in real templates.
#[test]
#[ignore = "needs the shared cases"]
fn mistakes_in_real_templates_are_found_where_they_are() {
    let folder = shared("templates/valid");
    let mut names: Vec<_> = std::fs::read_dir(&folder).unwrap().flatten().map(|it| it.path()).collect();
    names.sort();
    let mut templates = Vec::new();
    for path in names.iter().filter(|it| it.extension().is_some_and(|it| it == "json")) {
        let text = std::fs::read_to_string(path).unwrap();
        // Where something else is wrong with the template, less is said of what hangs on it.
        let has_errors = found(&text)
            .iter()
            .any(|it| it.severity == Severity::Error || it.rule.family == Family::Template);
        if !has_errors && text.len() < 60_000 && text.contains("parameters('") && templates.len() < 80 {
            templates.push((path.file_name().unwrap().to_string_lossy().into_owned(), text));
        }
    }
    let (count, faults) = plant(&templates);
    eprintln!("{count} mistakes in {} templates, {} not as they should be", templates.len(), faults.len());
    assert!(templates.len() >= 50 && count >= 1000, "{count}");
    assert!(faults.is_empty(), "{faults:#?}");
}
