//! `--stream`: one record a line in, one a line out, in the same order.
//!
//! The shape that Spark's `rdd.pipe` and Hadoop streaming feed. Memory holds what is there to be read, up to a limit,
//! however long the stream is; a record that cannot be read is answered by a record that says so.

mod lines;

use std::path::Path;

use anyhow::Context as _;
use armbody::container::Kind;
use armbody::fault::isolated;
use armbody::lint::{Inspection, Severity, examine, internal_error};
use armbody::report::{Checked, Mask, findings_in_a_line};
use armbody::shown;
use armbody::text::{Shown, Source};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::error::Category;

use self::lines::{Batch, Line, Lines};
use super::job::Done;
use super::{Args, Setup, Total, files};
use crate::cli::{Status, Terminal};

/// What comes in. Other members are left alone.
#[derive(Deserialize)]
struct Record {
    path: Option<String>,
    text: String,
}

/// What goes out for a record that cannot be read.
#[derive(Serialize)]
struct Refusal {
    path: Option<String>,
    /// Of the stream, from 1.
    line: u64,
    error: String,
}

/// The answer to a record, and what it counts for.
struct Answer {
    text: Shown,
    done: Done,
    refused: bool,
}

pub(super) fn run(args: &Args, terminal: &mut Terminal) -> anyhow::Result<Status> {
    let setup = Setup::new(args)?;
    let mut total = Total::default();
    let mut refused = false;
    // A character takes six bytes at most when it is escaped; the rest is for the record around the text.
    let limit = args.max_size.saturating_mul(6).saturating_add(1 << 16);
    let mut lines = Lines::of_stdin(limit).context("standard input")?;
    let mut number = 0;
    loop {
        let Batch::Lines(batch) = lines.next_batch().context("standard input")? else { break };
        let first = number + 1;
        number += batch.len() as u64;
        let work = |(number, line)| answer(number, line, args, &setup);
        let numbered: Vec<(u64, Line)> = (first..).zip(batch).collect();
        let answers: Vec<Answer> = if numbered.len() == 1 {
            numbered.into_iter().map(work).collect()
        } else {
            numbered.into_par_iter().map(work).collect()
        };
        for answer in answers {
            terminal.print(&answer.text)?;
            refused |= answer.refused;
            total.add(answer.done);
        }
        // Whoever waits for an answer before the next record gets it.
        terminal.flush()?;
    }
    if args.statistics {
        terminal.say(&total.statistics().trimmed());
    }
    Ok(if refused && !args.exit_zero { Status::Failed } else { total.status(args) })
}

fn answer(number: u64, line: Line, args: &Args, setup: &Setup) -> Answer {
    let refuse = |path, error| Answer {
        text: shown!("{}\n", Shown::json(&Refusal { path, line: number, error })),
        done: Done::default(),
        refused: true,
    };
    let line = match line {
        Line::Whole(line) => line,
        Line::TooLong => return refuse(None, too_long(args.max_size)),
    };
    let record = match read(&line) {
        Ok(record) => record,
        Err(error) => return refuse(path_of(&line), said_of(&error)),
    };
    drop(line);
    if record.text.len() as u64 > args.max_size {
        return refuse(record.path, too_long(args.max_size));
    }
    let path = record.path.clone();
    isolated(|| checked(record, setup))
        .unwrap_or_else(|_| {
            let source = Source::new(name_of(path.as_deref()), "");
            let mut answer = found(
                path.as_deref(),
                &source,
                Inspection { findings: vec![internal_error()], ..Inspection::default() },
                Severity::Error,
            );
            answer.done.faulty = true;
            Ok(answer)
        })
        .unwrap_or_else(|(path, error)| refuse(path, error))
}

/// The name that a record's text is known by.
fn name_of(path: Option<&str>) -> String {
    path.unwrap_or("<stdin>").to_owned()
}

/// Checks a record.
///
/// # Errors
/// Its path, and why it cannot be checked.
fn checked(record: Record, setup: &Setup) -> Result<Answer, (Option<String>, String)> {
    let name = name_of(record.path.as_deref());
    let (options, fail_on) = match setup.holding(Path::new(&name)) {
        Ok(Some(holding)) => holding,
        Ok(None) => {
            let nothing = Inspection::default();
            return Ok(found(record.path.as_deref(), &Source::new(name, ""), nothing, Severity::Error));
        }
        Err(error) => return Err((record.path, error)),
    };
    let kind = Kind::of(Path::new(&name)).unwrap_or_else(|| files::guess(&record.text));
    let source = Source::new(name, record.text);
    let inspection = examine(&source, kind, &options);
    Ok(found(record.path.as_deref(), &source, inspection, fail_on))
}

/// The answer that has these findings.
fn found(path: Option<&str>, source: &Source, inspection: Inspection, fail_on: Severity) -> Answer {
    let Inspection { findings, secrets, stale, .. } = inspection;
    let mask = Mask::new(source, secrets);
    let findings_text = findings_in_a_line(Checked { source, findings: &findings, mask: &mask });
    let path = Shown::json(&path);
    let mut done = Done { stale, ..Done::default() };
    done.count(&findings, fail_on);
    let text = shown!("{{\"path\":{},\"findings\":{}}}\n", path, findings_text);
    Answer { text, done, refused: false }
}

fn read(line: &[u8]) -> serde_json::Result<Record> {
    let record = serde_json::from_slice(line)?;
    if is_array(line) { Err(serde::de::Error::custom("an array")) } else { Ok(record) }
}

/// The path of a record that has no text.
fn path_of(line: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Path {
        path: Option<String>,
    }
    if is_array(line) { None } else { serde_json::from_slice::<Path>(line).ok()?.path }
}

/// Members by their place, which deserialization would take.
fn is_array(line: &[u8]) -> bool {
    line.trim_ascii_start().starts_with(b"[")
}

/// What is wrong with a line, without a word of what stands in it.
fn said_of(error: &serde_json::Error) -> String {
    match error.classify() {
        Category::Eof => "not JSON: the line ends too early".to_owned(),
        Category::Syntax => format!("not JSON: column {}", error.column()),
        Category::Data | Category::Io => {
            "a record is an object with the strings `path` and `text`".to_owned()
        }
    }
}

fn too_long(limit: u64) -> String {
    format!("too-large: larger than {limit} bytes")
}
