//! `Answer`: what a tool printed about machines, one or many of them.

mod console;

use std::collections::HashSet;

use super::current::Current;
use super::current_error::CurrentError;
use super::json::{Json, Members};

/// What a tool printed about resources that have identities.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The resources, in the order of the text.
    pub machines: Vec<Machine>,
    /// The text is a list, be it of one resource.
    pub is_list: bool,
    /// The service has more of them on a next page.
    pub has_more: bool,
}

/// One resource of an [`Answer`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    /// Its name, or its place in the list.
    pub label: String,
    /// What it has, or why that is not known.
    pub current: Result<Current, CurrentError>,
}

/// How two bytes make a unit of UTF-16.
type Unit = fn([u8; 2]) -> u16;

/// The text of an answer: UTF-8, or UTF-16 as Windows PowerShell writes it, with a byte order mark or without.
///
/// # Errors
/// [`CurrentError::NotText`] for other bytes.
pub fn answer_text(bytes: Vec<u8>) -> Result<String, CurrentError> {
    let wide: Option<(Unit, usize)> = match bytes[..] {
        [0xff, 0xfe, ..] => Some((u16::from_le_bytes, 2)),
        [0xfe, 0xff, ..] => Some((u16::from_be_bytes, 2)),
        // What begins JSON is ASCII.
        [first, 0, ..] if first != 0 => Some((u16::from_le_bytes, 0)),
        [0, second, ..] if second != 0 => Some((u16::from_be_bytes, 0)),
        _ => None,
    };
    let Some((unit, mark)) = wide else {
        let text = String::from_utf8(bytes).map_err(|_| CurrentError::NotText)?;
        return if text.contains('\0') { Err(CurrentError::NotText) } else { Ok(text) };
    };
    let pairs = bytes[mark..].chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return Err(CurrentError::NotText);
    }
    let units = pairs.map(|pair| unit([pair[0], pair[1]]));
    let text: Result<String, _> = char::decode_utf16(units).collect();
    text.map_err(|_| CurrentError::NotText)
}

impl Current {
    /// Reads what GET returned in any API version of one machine, or its `identity`; also what the Azure CLI,
    /// PowerShell and Resource Graph print. [`Answer::read`] reads lists.
    ///
    /// # Errors
    /// [`CurrentError`] says what the text is instead.
    pub fn read(text: &str) -> Result<Self, CurrentError> {
        let mut machines = Answer::read(text)?.machines;
        match (machines.pop(), machines.len()) {
            (Some(machine), 0) => machine.current,
            (_, others) => Err(CurrentError::Several(others + 1)),
        }
    }
}

impl Answer {
    /// Reads what GET returned in any API version, or what the Azure CLI, PowerShell or Resource Graph printed.
    ///
    /// # Errors
    /// [`CurrentError`] says what the text is instead. What is wrong with one resource of a list is said there.
    pub fn read(text: &str) -> Result<Self, CurrentError> {
        let value = value_of(text)?;
        let one = |current: Result<Current, CurrentError>| {
            let label =
                current.as_ref().ok().and_then(|it| it.name.clone()).unwrap_or_else(|| "it".to_owned());
            Ok(Self { machines: vec![Machine { label, current }], is_list: false, has_more: false })
        };
        let (elements, has_more) = match value {
            Json::List(elements) => (elements, false),
            Json::Object(members) => match listed(members)? {
                Listed::Many(elements, has_more) => (elements, has_more),
                Listed::One(members) => return one(Current::of_object(&members)),
            },
            // A query that finds nothing, and a machine without identities, look alike.
            Json::Null => return Err(CurrentError::NotWhole("null")),
            other => return Err(CurrentError::NotAMachine(other.noun().to_owned())),
        };
        if elements.is_empty() {
            return Err(CurrentError::NoMachines);
        }
        let mut seen = HashSet::new();
        let machines = elements.iter().enumerate().map(|(at, element)| {
            let number = || format!("number {}", at + 1);
            let Some(members) = element.as_object() else {
                let current = Err(CurrentError::NotAMachine(element.noun().to_owned()));
                return Machine { label: number(), current };
            };
            let label = members.text("name").map_or_else(number, |name| name.chars().take(90).collect());
            let mut current = Current::of_object(members);
            if let Ok(read) = &current
                && let Some(id) = &read.id
                && !seen.insert(id.to_ascii_lowercase())
            {
                current = Err(CurrentError::ListedTwice);
            }
            Machine { label, current }
        });
        Ok(Self { machines: machines.collect(), is_list: true, has_more })
    }
}

/// The JSON in what was printed.
fn value_of(text: &str) -> Result<Json, CurrentError> {
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return Err(CurrentError::Empty);
    }
    let value = match Json::read(text) {
        Ok(value) => value,
        Err(error) => {
            let found = console::body(text).and_then(|body| Json::read(&body).ok());
            found.ok_or_else(|| CurrentError::NotJson(error.to_string()))?
        }
    };
    // `Invoke-AzRestMethod … | ConvertTo-Json`.
    if let Json::Object(members) = &value
        && members.has("StatusCode")
        && let Some(content) = members.text("Content")
    {
        members.check_names()?;
        return Json::read(content).map_err(|error| CurrentError::NotJson(error.to_string()));
    }
    Ok(value)
}

enum Listed {
    One(Members),
    Many(Vec<Json>, bool),
}

/// The resources in an object that is a page of them; else the object.
fn listed(members: Members) -> Result<Listed, CurrentError> {
    // A resource has these, and may have a `value` or `data` of its own.
    if ["id", "identity", "properties", "type"].iter().any(|name| members.has(name)) {
        return Ok(Listed::One(members));
    }
    if let Some(Json::Object(error)) = members.get("error") {
        let word = |name: &str| error.text(name).unwrap_or_default();
        let line = |text: &str| text.chars().take(200).collect::<String>().escape_debug().to_string();
        return Err(CurrentError::Answer(format!("{}: {}", line(word("code")), line(word("message")))));
    }
    let more = ["nextLink", "skip_token", "skipToken", "$skipToken"];
    let has_more = more.iter().any(|name| members.text(name).is_some_and(|link| !link.is_empty()));
    let list =
        |name: &str| members.get(name).filter(|value| matches!(value, Json::List(_) | Json::Object(_)));
    let Some(found) = list("value").or_else(|| list("data")) else { return Ok(Listed::One(members)) };
    members.check_names()?;
    // Resource Graph counts what it found, be it on this page or not.
    let found_in_all = members.get("total_records").or_else(|| members.get("totalRecords"));
    let in_all = match found_in_all {
        Some(Json::Number(count)) => count.as_u64(),
        _ => None,
    };
    let is_part =
        |listed: usize| in_all.is_some_and(|count| count > u64::try_from(listed).unwrap_or(u64::MAX));
    match found {
        Json::List(elements) => Ok(Listed::Many(elements.clone(), has_more || is_part(elements.len()))),
        Json::Object(table) => match rows(table) {
            Some(elements) => {
                let has_more = has_more || is_part(elements.len());
                Ok(Listed::Many(elements, has_more))
            }
            None => Ok(Listed::One(members)),
        },
        _ => Ok(Listed::One(members)),
    }
}

/// The rows of a table, as Resource Graph returned them in its first versions, as objects.
fn rows(table: &Members) -> Option<Vec<Json>> {
    let (Json::List(columns), Json::List(rows)) = (table.get("columns")?, table.get("rows")?) else {
        return None;
    };
    let name = |column: &Json| Some(column.as_object()?.text("name")?.to_owned());
    let names: Vec<String> = columns.iter().map(name).collect::<Option<_>>()?;
    let row = |row: &Json| match row {
        Json::List(cells) if cells.len() == names.len() => {
            Some(Json::Object(Members(names.iter().cloned().zip(cells.iter().cloned()).collect())))
        }
        _ => None,
    };
    rows.iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arm::Identity;

    const VM: &str = r#"{"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/web-1",
        "name":"web-1","location":"westus","identity":{"type":"SystemAssigned"},"properties":{}}"#;

    fn read(text: &str) -> Answer {
        Answer::read(text).unwrap()
    }

    #[test]
    fn lists_of_every_tool_are_read() {
        let other = VM.replace("web-1", "web-2");
        for text in [
            format!("[{VM},{other}]"),
            format!(r#"{{"value":[{VM},{other}]}}"#),
            format!(r#"{{"value":[{VM},{other}],"Count":2}}"#),
            format!(r#"{{"count":2,"data":[{VM},{other}],"skip_token":null,"total_records":2}}"#),
        ] {
            let answer = read(&text);
            assert!(answer.is_list && !answer.has_more, "{text}");
            let names: Vec<&str> = answer.machines.iter().map(|it| it.label.as_str()).collect();
            assert_eq!(names, ["web-1", "web-2"]);
            assert!(answer.machines.iter().all(|it| it.current.as_ref().unwrap().identity.system_assigned));
        }
        assert!(read(&format!(r#"{{"value":[{VM}],"nextLink":"https://x"}}"#)).has_more);
        let counted = format!(r#"{{"count":1,"data":[{VM}],"skip_token":null,"total_records":50}}"#);
        assert!(read(&counted).has_more);
        let table = r#"{"data":{"columns":[{"name":"id"},{"name":"identity"}],"rows":[
            ["/subscriptions/s/resourceGroups/g/providers/microsoft.compute/virtualmachines/a", null]]}}"#;
        assert_eq!(read(table).machines[0].current.as_ref().unwrap().identity, Identity::none());
        let mixed = read(&format!("[{VM},3,{VM}]"));
        let said = |at: usize| mixed.machines[at].current.as_ref().unwrap_err().to_string();
        assert!(said(1).starts_with("it is a number, not a machine"), "{}", said(1));
        assert_eq!(said(2), "it stands in the list a second time");
        assert_eq!(Answer::read("[]"), Err(CurrentError::NoMachines));
    }

    #[test]
    fn what_powershell_prints_of_an_answer_is_read() {
        let printed = format!(
            "\nStatusCode : 200\nContent    : {}\nHeaders    : {{[Cache-Control, System.String[]]}}\nMethod     : GET\n",
            VM.replace('\n', "\n             ")
        );
        let content = serde_json::Value::from(VM).to_string();
        let as_json =
            format!(r#"{{"Headers":[],"Version":{{"Major":1}},"StatusCode":200,"Content":{content}}}"#);
        let headers = format!("HTTP/1.1 200 OK\r\nETag: \"4\"\r\n\r\n{VM}");
        for text in [printed, as_json, headers] {
            assert_eq!(read(&text).machines, read(VM).machines, "{text}");
        }
    }

    #[test]
    fn both_encodings_are_read() {
        let text = "{\"é\":\"😀\"}";
        let units = || text.encode_utf16();
        let little: Vec<u8> = units().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = units().flat_map(u16::to_be_bytes).collect();
        for (mark, bytes) in [
            (&[][..], text.as_bytes()),
            (&[0xff, 0xfe], &little),
            (&[0xfe, 0xff], &big),
            (&[], &little),
            (&[], &big),
        ] {
            assert_eq!(answer_text([mark, bytes].concat()).as_deref(), Ok(text));
        }
        for broken in [&[0xff, 0xfe, 0x00][..], &[0xff, 0xfe, 0x00, 0xd8], &[0x80], b"a b\0"] {
            assert_eq!(answer_text(broken.to_vec()), Err(CurrentError::NotText), "{broken:?}");
        }
        assert_eq!(answer_text(Vec::new()).as_deref(), Ok(""));
    }
}
