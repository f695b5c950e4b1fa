//! The lines of standard input as they come: never waited for while one is there.

use std::io::{self, Read as _};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

/// Bytes that are asked for at a time: what a pipe holds.
const CHUNK: usize = 1 << 16;

/// Chunks that are read ahead of the work.
const AHEAD: usize = 16;

/// Bytes from which a batch is given out, whatever else is there.
const BATCH: usize = 1 << 20;

/// A line without its end.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// As it came.
    Whole(Vec<u8>),
    /// It was passed over, never held.
    TooLong,
}

/// Lines in batches.
pub(super) struct Lines {
    chunks: Receiver<io::Result<Vec<u8>>>,
    splitter: Splitter,
    ended: bool,
}

impl Lines {
    /// Those of standard input; longer ones than `limit` bytes are passed over.
    ///
    /// # Errors
    /// The system gives no thread.
    pub(super) fn of_stdin(limit: u64) -> io::Result<Self> {
        let (sender, chunks) = sync_channel(AHEAD);
        // Reading goes on beside the work; the thread ends with the stream, or with the process.
        thread::Builder::new().spawn(move || {
            let mut stdin = io::stdin().lock();
            let mut buffer = vec![0; CHUNK];
            loop {
                let sent = match stdin.read(&mut buffer) {
                    Ok(0) => return,
                    Ok(size) => sender.send(Ok(buffer[..size].to_vec())),
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    Err(error) => {
                        // Whoever would be told is gone.
                        let _ = sender.send(Err(error));
                        return;
                    }
                };
                if sent.is_err() {
                    return;
                }
            }
        })?;
        Ok(Self { chunks, splitter: Splitter::new(limit), ended: false })
    }

    /// The lines that are there: at least one, unless the stream has ended.
    ///
    /// # Errors
    /// Those of reading.
    pub(super) fn next_batch(&mut self) -> io::Result<Vec<Line>> {
        let mut batch = Vec::new();
        let mut size = 0;
        while !self.ended && size < BATCH {
            let chunk = if batch.is_empty() {
                self.chunks.recv().ok()
            } else {
                // Nothing more for now, or for ever: the next call tells.
                let Ok(chunk) = self.chunks.try_recv() else { break };
                Some(chunk)
            };
            if let Some(chunk) = chunk {
                let chunk = chunk?;
                size += chunk.len();
                self.splitter.push(&chunk, &mut batch);
            } else {
                self.ended = true;
                batch.extend(self.splitter.finish());
            }
        }
        Ok(batch)
    }
}

/// Cuts chunks into lines.
struct Splitter {
    limit: usize,
    /// The line that has no end yet.
    rest: Vec<u8>,
    passing_over: bool,
}

impl Splitter {
    fn new(limit: u64) -> Self {
        Self { limit: usize::try_from(limit).unwrap_or(usize::MAX), rest: Vec::new(), passing_over: false }
    }

    fn push(&mut self, chunk: &[u8], lines: &mut Vec<Line>) {
        let mut done = 0;
        for at in memchr::memchr_iter(b'\n', chunk) {
            self.hold(&chunk[done..at]);
            lines.push(self.take());
            done = at + 1;
        }
        self.hold(&chunk[done..]);
    }

    /// The last line, if nothing ends it.
    fn finish(&mut self) -> Option<Line> {
        (self.passing_over || !self.rest.is_empty()).then(|| self.take())
    }

    fn hold(&mut self, part: &[u8]) {
        if self.passing_over || self.rest.len().saturating_add(part.len()) > self.limit {
            self.passing_over = true;
            self.rest = Vec::new();
        } else {
            self.rest.extend_from_slice(part);
        }
    }

    fn take(&mut self) -> Line {
        let line = std::mem::take(&mut self.rest);
        if std::mem::take(&mut self.passing_over) { Line::TooLong } else { Line::Whole(line) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(chunks: &[&str], limit: u64) -> Vec<Line> {
        let mut splitter = Splitter::new(limit);
        let mut lines = Vec::new();
        for chunk in chunks {
            splitter.push(chunk.as_bytes(), &mut lines);
            assert!(splitter.rest.len() as u64 <= limit);
        }
        lines.extend(splitter.finish());
        lines
    }

    fn whole(text: &str) -> Line {
        Line::Whole(text.as_bytes().to_vec())
    }

    #[test]
    fn lines_are_those_of_the_stream_however_it_is_cut() {
        let expected = [whole("ab"), whole(""), whole("cd\r"), whole("e")];
        for chunks in [&["ab\n\ncd\r\ne"][..], &["a", "b", "\n", "\nc", "d\r\ne"], &["ab\n\n", "cd\r\n", "e"]]
        {
            assert_eq!(split(chunks, 10), expected);
        }
        assert_eq!(split(&["a\n"], 10), [whole("a")]);
        assert_eq!(split(&[], 10), []);
    }

    #[test]
    fn a_long_line_is_passed_over() {
        assert_eq!(
            split(&["12345\n1234", "567\n", "12\n", "123", "45678"], 5),
            [whole("12345"), Line::TooLong, whole("12"), Line::TooLong]
        );
    }
}
