#![doc = include_str!("../../../../docs/rules/weak-password.md")]

use super::literals;
use crate::arm::ResourceType;
use crate::json::Node;
use crate::lint::rule::rule;
use crate::lint::{Check, Sink, Subject};

rule!("weak-password", Secret, Note, Never, "ARM refuses this password", Check::Call(check));

/// Passwords that the service knows and refuses, as the description of `adminPassword` lists them.
const REFUSED: [&str; 10] = [
    "abc@123",
    "P@$$w0rd",
    "P@ssw0rd",
    "P@ssword123",
    "Pa$$word",
    "pass@word1",
    "Password!",
    "Password1",
    "Password22",
    "iloveyou!",
];

fn check(subject: &Subject<'_>, sink: &mut Sink<'_>) {
    let is_machine = subject.target.resource_type.is_some_and(ResourceType::has_identity);
    let Some(root) = subject.resource.filter(|_| is_machine && subject.is_arm()) else { return };
    let mut known = None;
    for (name, value) in literals(subject) {
        if !name.as_str().is_some_and(|name| name.eq_ignore_ascii_case("adminPassword")) {
            continue;
        }
        let Some(text) = value.as_str() else { continue };
        let (least, most) = *known.get_or_insert_with(|| lengths(root));
        let Some((message, help)) = weakness(&text, least, most) else { continue };
        let draft = subject.at_node(&RULE, value, message).help(help).arm(
            "InvalidParameter",
            format!(
                "The supplied password must be between {least}-{most} characters long and must satisfy at \
                 least 3 of password complexity requirements from the following: 1) Contains an uppercase \
                 character 2) Contains a lowercase character 3) Contains a numeric digit 4) Contains a special \
                 character 5) Control characters are not allowed"
            ),
        );
        sink.push(draft);
    }
}

/// What the service would say against a password; never with the password in it.
fn weakness(text: &str, least: usize, most: usize) -> Option<(String, String)> {
    let length = text.chars().count();
    if length < least || length > most {
        let side = if length < least { "short" } else { "long" };
        return Some((
            format!("the password is too {side} for ARM"),
            format!("it takes {least} to {most} characters"),
        ));
    }
    let kinds: [fn(char) -> bool; 4] =
        [char::is_lowercase, char::is_uppercase, |c| c.is_ascii_digit(), |c| !c.is_alphanumeric()];
    if kinds.iter().filter(|is| text.chars().any(**is)).count() < 3 {
        return Some((
            "the password is too simple for ARM".to_owned(),
            "it wants three of: lower case, upper case, a digit, another character".to_owned(),
        ));
    }
    REFUSED.contains(&text).then(|| {
        (
            "the password is one of those that ARM refuses by name".to_owned(),
            "choose one that is on nobody's list".to_owned(),
        )
    })
}

/// The least and the most characters: those of the system where the body tells which, else what either takes.
fn lengths(root: Node<'_>) -> (usize, usize) {
    match is_windows(root) {
        Some(true) => (8, 123),
        Some(false) => (6, 72),
        None => (6, 123),
    }
}

fn is_windows(root: Node<'_>) -> Option<bool> {
    let properties = get(root, "properties")?;
    let machine = get(properties, "virtualMachineProfile").unwrap_or(properties);
    let os = get(machine, "osProfile");
    if os.is_some_and(|os| os.member("windowsConfiguration").is_some()) {
        return Some(true);
    }
    if os.is_some_and(|os| os.member("linuxConfiguration").is_some()) {
        return Some(false);
    }
    let storage = get(machine, "storageProfile")?;
    if let Some(kind) = get(storage, "osDisk").and_then(|disk| get(disk, "osType")?.as_str()) {
        return Some(kind.eq_ignore_ascii_case("Windows"));
    }
    let publisher = get(storage, "imageReference").and_then(|image| get(image, "publisher")?.as_str())?;
    let publisher = publisher.to_ascii_lowercase();
    let is = |names: &[&str]| names.iter().any(|name| *name == publisher);
    if is(&["microsoftwindowsserver", "microsoftwindowsdesktop", "microsoftvisualstudio"]) {
        Some(true)
    } else if is(&["canonical", "redhat", "suse", "debian", "openlogic", "credativ"]) {
        Some(false)
    } else {
        None
    }
}

fn get<'t>(node: Node<'t>, name: &str) -> Option<Node<'t>> {
    node.member(name).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_kinds_and_the_list() {
        let weak = |text: &str, least, most| weakness(text, least, most).map(|(message, _)| message);
        assert_eq!(weak("myPassword12", 6, 123), None);
        assert!(weak("aB1", 6, 123).unwrap().contains("short"));
        assert!(weak(&"aB1".repeat(25), 6, 72).unwrap().contains("long"));
        assert_eq!(weak(&"aB1".repeat(25), 8, 123), None);
        assert!(weak("password12", 6, 123).unwrap().contains("simple"));
        for refused in REFUSED {
            assert!(weak(refused, 6, 123).is_some(), "{refused}");
        }
    }
}
