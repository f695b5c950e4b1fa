//! Messages in frames: headers, an empty line, so many bytes.
//!
//! What is not a message is told of and passed over: a client with one bad message is not left without a server. Where
//! even the frames are out of step, the next `Content-Length` begins a new one.

use std::io::{self, BufRead, Read as _};

use armbody::lsp::Message;
use lsp_server::ErrorCode;
use serde_json::{Value, json};

/// The longest header line, in bytes; what is longer is none.
const LONGEST_HEADER: u64 = 8192;

/// How much longer than the text in it a message may be: some clients write `ä` as `\u00e4`.
const GROWTH: u64 = 3;

/// The bytes of a message beside a text.
const ENVELOPE: u64 = 1 << 24;

/// What came.
#[derive(Debug)]
pub(super) enum Arrival {
    /// A message.
    Message(Message),
    /// Something else.
    Bad(Bad),
}

/// Something that is not a message.
#[derive(Debug)]
pub(super) struct Bad {
    /// What is wrong with it.
    pub(super) problem: String,
    reply: Option<(Value, ErrorCode)>,
}

impl Bad {
    fn silent(problem: impl Into<String>) -> Self {
        Self { problem: problem.into(), reply: None }
    }

    fn answered(problem: impl Into<String>, id: Value, code: ErrorCode) -> Self {
        Self { problem: problem.into(), reply: Some((id, code)) }
    }

    /// What JSON-RPC answers, if it answers.
    pub(super) fn answer(&self) -> Option<Value> {
        let (id, code) = self.reply.as_ref()?;
        Some(json!({
            "jsonrpc": "2.0",
            "id": id,
            "error": { "code": *code as i32, "message": self.problem },
        }))
    }
}

/// A message that has no type of its own, in its frame.
pub(super) fn framed(message: &Value) -> Vec<u8> {
    let text = message.to_string();
    format!("Content-Length: {}\r\n\r\n{text}", text.len()).into_bytes()
}

/// What a client sends, one after the other, until there is no more.
pub(super) struct Frames<R> {
    input: R,
    limit: u64,
    /// What came with the last one and is not handed out yet.
    next: Option<Arrival>,
}

impl<R: BufRead> Frames<R> {
    /// `max_size`: the bytes of the largest text that is of interest.
    pub(super) fn new(input: R, max_size: u64) -> Self {
        Self { input, limit: max_size.saturating_mul(GROWTH).saturating_add(ENVELOPE), next: None }
    }

    /// The length that the next header names, and whether something else was passed over before it. `None` at the
    /// end.
    fn length(&mut self) -> io::Result<Option<(u64, bool)>> {
        let (mut length, mut is_astray) = (None, false);
        let mut line = Vec::new();
        loop {
            line.clear();
            if (&mut self.input).take(LONGEST_HEADER).read_until(b'\n', &mut line)? == 0 {
                return Ok(None);
            }
            let header = String::from_utf8_lossy(&line);
            let header = header.trim_end();
            match (content_length(header), length) {
                (Some((at, found)), _) => {
                    is_astray |= at > 0;
                    length = Some(found);
                }
                (None, Some(length)) if header.is_empty() => return Ok(Some((length, is_astray))),
                (None, _) => is_astray |= !is_header(header),
            }
        }
    }

    fn arrival(&mut self) -> io::Result<Option<Arrival>> {
        let Some((length, is_astray)) = self.length()? else { return Ok(None) };
        let arrival = if length > self.limit {
            let passed = io::copy(&mut (&mut self.input).take(length), &mut io::sink())?;
            if passed < length {
                return Ok(None);
            }
            let problem =
                format!("a message of {length} bytes is larger than {} and was passed over", self.limit);
            Arrival::Bad(Bad::answered(problem, Value::Null, ErrorCode::InvalidRequest))
        } else {
            let mut body = Vec::new();
            if ((&mut self.input).take(length).read_to_end(&mut body)? as u64) < length {
                return Ok(None);
            }
            message(&body).map_or_else(Arrival::Bad, Arrival::Message)
        };
        if !is_astray {
            return Ok(Some(arrival));
        }
        self.next = Some(arrival);
        Ok(Some(Arrival::Bad(Bad::silent(
            "what stood before a message was not a header; it was passed over",
        ))))
    }
}

impl<R: BufRead> Iterator for Frames<R> {
    type Item = Arrival;

    fn next(&mut self) -> Option<Arrival> {
        // An input that cannot be read has ended.
        self.next.take().or_else(|| self.arrival().ok().flatten())
    }
}

/// The length in a header and where in its line that begins: before it stands the rest of a body that was longer than
/// it said.
fn content_length(line: &str) -> Option<(usize, u64)> {
    const NAME: &str = "content-length:";
    let at = line.to_ascii_lowercase().rfind(NAME)?;
    Some((at, line.get(at + NAME.len()..)?.trim().parse().ok()?))
}

fn is_header(line: &str) -> bool {
    line.split_once(':').is_some_and(|(name, _)| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    })
}

fn message(body: &[u8]) -> Result<Message, Bad> {
    let value: Value = serde_json::from_slice(body).map_err(|error| {
        Bad::answered(format!("a message is not JSON: {error}"), Value::Null, ErrorCode::ParseError)
    })?;
    let invalid = |problem: &str, id: Value| {
        Bad::answered(format!("a message is JSON, but {problem}"), id, ErrorCode::InvalidRequest)
    };
    let Some(object) = value.as_object() else {
        return Err(invalid("no object", Value::Null));
    };
    let id = object.get("id");
    match object.get("method") {
        Some(Value::String(_)) => {}
        Some(_) => return Err(invalid("its method is not a string", id.cloned().unwrap_or(Value::Null))),
        // An answer to an answer would have no end.
        None if object.contains_key("result") || object.contains_key("error") => {}
        None => return Err(invalid("it names no method", id.cloned().unwrap_or(Value::Null))),
    }
    let is_id = |id: &Value| id.is_string() || id.as_i64().is_some_and(|id| i32::try_from(id).is_ok());
    if let Some(id) = id.filter(|id| !is_id(id)) {
        let is_answer = !object.contains_key("method");
        let problem = "its id is neither a string nor an integer of 32 bits";
        return Err(if is_answer {
            Bad::silent(format!("an answer came, but {problem}"))
        } else {
            invalid(problem, id.clone())
        });
    }
    serde_json::from_value(value).map_err(|error| Bad::silent(format!("a message cannot be read: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(body: &str) -> String {
        format!("Content-Length: {}\r\n\r\n{body}", body.len())
    }

    /// `method` of each message, `! problem` of what is none.
    fn read(input: &str) -> Vec<String> {
        let says = |arrival| match arrival {
            Arrival::Message(message) => {
                let it = serde_json::to_value(message).unwrap();
                match (it.get("id"), it["method"].as_str()) {
                    (Some(id), Some(method)) => format!("{id} {method}"),
                    (Some(id), None) => format!("answer {id}"),
                    (None, method) => method.unwrap_or_default().to_owned(),
                }
            }
            Arrival::Bad(bad) => {
                let answer = bad.answer().map(|it| format!(" {}: {}", it["id"], it["error"]["code"]));
                format!("!{}", answer.unwrap_or_default())
            }
        };
        Frames::new(input.as_bytes(), 100).map(says).collect()
    }

    const EXIT: &str = r#"{"jsonrpc":"2.0","method":"exit"}"#;

    #[test]
    fn messages_come_one_after_the_other() {
        let hover = r#"{"jsonrpc":"2.0","id":3,"method":"hover","params":{}}"#;
        let answer = r#"{"jsonrpc":"2.0","id":"a","result":null}"#;
        let typed = frame(EXIT).replacen(
            "\r\n",
            "\r\nContent-Type: application/vscode-jsonrpc; charset=utf-8\r\n",
            1,
        );
        let input = frame(hover) + &frame(answer) + &typed;
        assert_eq!(read(&input), ["3 hover", "answer \"a\"", "exit"]);
    }

    #[test]
    fn what_is_no_message_is_passed_over() {
        for (bad, says) in [
            ("{\"id\":1,", "! null: -32700"),
            ("", "! null: -32700"),
            ("[1]", "! null: -32600"),
            (r#"{"id":7}"#, "! 7: -32600"),
            (r#"{"id":7,"method":3}"#, "! 7: -32600"),
            (r#"{"id":3000000000,"method":"hover"}"#, "! 3000000000: -32600"),
            (r#"{"id":null,"error":{"code":-1,"message":"no"}}"#, "!"),
            (r#"{"id":1,"error":7}"#, "!"),
        ] {
            assert_eq!(read(&(frame(bad) + &frame(EXIT))), [says, "exit"], "{bad}");
        }
    }

    #[test]
    fn frames_that_are_out_of_step_are_found_again() {
        let exit = frame(EXIT);
        let long = format!("Content-Length: {}\r\n\r\n{EXIT}", EXIT.len() + 5);
        assert_eq!(read(&(long + &exit + &exit)), ["! null: -32700", "!", "exit"]);
        let short = format!("Content-Length: 5\r\n\r\n{EXIT}");
        assert_eq!(read(&(short + &exit)), ["! null: -32700", "!", "exit"]);
        assert_eq!(read(&format!("hello\n\nworld\r\n{exit}")), ["!", "exit"]);
        assert_eq!(read(&format!("Content-Length: x\r\n\r\n{exit}")), ["!", "exit"]);
        assert_eq!(read("Content-Length: 99\r\n\r\n{"), Vec::<String>::new());
        assert_eq!(read(&exit.replace('\r', "")), ["exit"]);
    }

    #[test]
    fn a_message_that_is_too_large_is_not_kept() {
        let large = " ".repeat((ENVELOPE + 400) as usize);
        assert_eq!(read(&(frame(&large) + &frame(EXIT))), ["! null: -32600", "exit"]);
        assert_eq!(read("Content-Length: 18446744073709551615\r\n\r\n"), Vec::<String>::new());
    }
}
