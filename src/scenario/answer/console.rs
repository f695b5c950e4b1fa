//! Answers as a console shows them, with what stands around the JSON.

/// The JSON in what `Invoke-AzRestMethod` shows as a list of members, or behind the headers that `curl -i` shows.
pub(super) fn body(text: &str) -> Option<String> {
    if text.starts_with("HTTP/") { behind_headers(text) } else { content(text) }
}

/// What stands behind the last block of headers: a proxy, and `100 Continue`, have blocks of their own.
fn behind_headers(text: &str) -> Option<String> {
    let mut rest = text;
    while rest.starts_with("HTTP/") {
        let mut end = None;
        let mut at = 0;
        for line in rest.split_inclusive('\n') {
            at += line.len();
            if line.trim().is_empty() {
                end = Some(at);
                break;
            }
        }
        rest = rest.get(end?..)?;
    }
    Some(rest.to_owned())
}

/// The value of `Content :`. A console breaks long lines; a break between two tokens of JSON means nothing, and one
/// within a string is not the string's, so the lines are joined without it.
fn content(text: &str) -> Option<String> {
    let mut body: Option<String> = None;
    for line in text.lines() {
        let member = line.split_once(':').filter(|(name, _)| {
            name.ends_with(' ')
                && name.starts_with(|c: char| c.is_ascii_uppercase())
                && !name.trim().contains(' ')
        });
        match (&mut body, member) {
            (None, Some((name, value))) if name.trim_end() == "Content" => {
                body = Some(value.trim().to_owned());
            }
            (None, _) => {}
            (Some(_), Some(_)) => break,
            (Some(body), None) => body.push_str(line.trim()),
        }
    }
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_the_console_broke_is_joined() {
        let text = "StatusCode : 200\r\nContent    : {\r\n               \"id\": \"/subscriptions/s/resour\r\n             ceGroups/g\"\r\n             }\r\nHeaders    : {}\r\n";
        assert_eq!(body(text).as_deref(), Some("{\"id\": \"/subscriptions/s/resourceGroups/g\"}"));
        assert_eq!(body("Name : x\n"), None);
        assert_eq!(body("HTTP/1.1 100 Continue\r\n\r\nHTTP/2 200\r\na: b\r\n\r\n{}").as_deref(), Some("{}"));
        assert_eq!(body("HTTP/1.1 200"), None);
    }
}
