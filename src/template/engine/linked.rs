//! Templates and files of parameters that a deployment links to: those that stand beside the template, by the path
//! that leads to them.

use std::fmt;
use std::sync::Arc;

use crate::template::program::{Op, Program};
use crate::template::value::{Data, Value};

type Read = dyn Fn(&str) -> Option<Value> + Send + Sync;

/// Gives the files beside a template.
#[derive(Clone)]
pub struct Files(Arc<Read>);

impl Files {
    /// `read` gets a path from the template's folder, with `/` between its parts and without `.` and `..`.
    pub fn new(read: impl Fn(&str) -> Option<Value> + Send + Sync + 'static) -> Self {
        Self(Arc::new(read))
    }

    /// The file at a path.
    pub(in crate::template::engine) fn get(&self, path: &str) -> Option<Value> {
        (self.0)(path)
    }
}

impl fmt::Debug for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Files")
    }
}

/// The path that a link with a known value leads to, seen from the template at `base`: its `relativePath`, or its
/// `uri` if that is made of where the template itself stands. `None` for what stands elsewhere.
pub(in crate::template::engine) fn path_of(link: &Value, base: &str) -> Option<String> {
    if let Some(path) = link.get("relativePath").and_then(Value::as_str) {
        return join(base, path);
    }
    let uri = link.get("uri")?.as_open()?;
    let program = Program::read(&format!("[{}]", uri.text)).ok()?;
    let path = relative(&program, program.root, base, 0)?;
    is_json(&path).then_some(path)
}

/// Calls within each other that an address is made of.
const MAX_DEPTH: usize = 16;

/// The path that an expression gives which begins with the template's own address.
fn relative(program: &Program, part: u32, base: &str, depth: usize) -> Option<String> {
    if depth > MAX_DEPTH {
        return None;
    }
    let Some(Op::Call { lower, arguments, .. }) = program.parts.get(part as usize) else {
        return is_own_address(program, part).then(|| base.to_owned());
    };
    match (&**lower, arguments.as_slice()) {
        ("uri", [first, second]) => {
            let first = relative(program, *first, base, depth + 1)?;
            join(&first, &known_start(program, *second, depth + 1)?)
        }
        ("concat", [first, rest @ ..]) => {
            let mut path = relative(program, *first, base, depth + 1)?;
            for part in rest {
                let Some(text) = known_start(program, *part, depth + 1) else {
                    // What follows the file's name is a query.
                    return is_json(&path).then_some(path);
                };
                path.push_str(&text);
            }
            Some(without_query(&path).to_owned())
        }
        _ => None,
    }
}

/// `deployment().properties.templateLink.uri`
fn is_own_address(program: &Program, part: u32) -> bool {
    let mut at = part;
    for wanted in ["uri", "templateLink", "properties"] {
        match program.parts.get(at as usize) {
            Some(Op::Member { base, name }) if name.eq_ignore_ascii_case(wanted) => at = *base,
            _ => return false,
        }
    }
    matches!(program.parts.get(at as usize), Some(Op::Call { lower, .. }) if &**lower == "deployment")
}

/// What is known of a text: all of it, or a file's name with an unknown query behind it.
fn known_start(program: &Program, part: u32, depth: usize) -> Option<String> {
    if depth > MAX_DEPTH {
        return None;
    }
    match program.parts.get(part as usize)? {
        Op::Literal(Value { data: Data::Text(text), .. }) => Some(without_query(text).to_owned()),
        Op::Call { lower, arguments, .. } if &**lower == "concat" => {
            let mut text = String::new();
            for part in arguments {
                match known_start(program, *part, depth + 1) {
                    Some(more) => text.push_str(&more),
                    None => return is_json(&text).then_some(text),
                }
            }
            Some(without_query(&text).to_owned())
        }
        _ => None,
    }
}

fn without_query(text: &str) -> &str {
    text.split(['?', '#']).next().unwrap_or_default()
}

fn is_json(path: &str) -> bool {
    let extension = path.rsplit_once('.').map_or("", |it| it.1);
    extension.eq_ignore_ascii_case("json") || extension.eq_ignore_ascii_case("jsonc")
}

/// The path from the folder of the outermost template to what `path` names, seen from the file at `base`. `None` if
/// it leads out of that folder, or is a whole address.
fn join(base: &str, path: &str) -> Option<String> {
    let path = without_query(path);
    if path.starts_with(['/', '\\']) || path.contains([':', '\0']) {
        return None;
    }
    let folder = base.rsplit_once('/').map_or("", |it| it.0);
    let mut parts: Vec<&str> = folder.split('/').filter(|it| !it.is_empty()).collect();
    let is_folder = path.is_empty() || path.ends_with(['/', '.']);
    for part in path.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    Some(if is_folder && !joined.is_empty() { format!("{joined}/") } else { joined })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::value::{Member, Reason};

    fn path(member: &str, value: Value, base: &str) -> Option<String> {
        path_of(&Value::object(vec![Member::new(member, value)]), base)
    }

    #[test]
    fn a_path_leads_from_the_template_that_links() {
        for (base, text, wanted) in [
            ("", "nested/a.json", Some("nested/a.json")),
            ("nested/a.json", "./b.json", Some("nested/b.json")),
            ("nested/a.json", "../c.json", Some("c.json")),
            ("", "../c.json", None),
            ("", "/etc/c.json", None),
            ("", "https://example.com/c.json", None),
            ("", r"C:\c.json", None),
            ("", r"nested\c.json", Some("nested/c.json")),
        ] {
            assert_eq!(path("relativePath", text.into(), base).as_deref(), wanted, "{text}");
        }
    }

    #[test]
    fn an_address_that_begins_with_the_template_s_own_is_a_path() {
        let own = "deployment().properties.templateLink.uri";
        for (text, wanted) in [
            (format!("uri({own}, 'nested/a.json')"), Some("nested/a.json")),
            (format!("uri({own}, concat('nested/a.json', parameters('sas')))"), Some("nested/a.json")),
            (format!("concat(uri({own}, '.'), 'nested/a.json?x=1')"), Some("nested/a.json")),
            (format!("concat(uri({own}, 'nested/'), 'a.json', parameters('sas'))"), Some("nested/a.json")),
            (format!("uri(uri({own}, 'nested/x.json'), 'a.json')"), Some("nested/a.json")),
            (format!("uri({own}, parameters('name'))"), None),
            (format!("uri({own}, 'https://example.com/a.json')"), None),
            ("uri(parameters('base'), 'a.json')".to_owned(), None),
            (own.to_owned(), None),
        ] {
            let open = Value::open(text.clone(), Reason::Deployment);
            assert_eq!(path("uri", open, "").as_deref(), wanted, "{text}");
        }
    }
}
