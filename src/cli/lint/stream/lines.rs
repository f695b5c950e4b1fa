//! The lines of standard input as they come: never waited for while one is there.

use std::io::{self, Read as _};
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};
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

/// What the stream gives.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Batch {
    /// At least one line.
    Lines(Vec<Line>),
    /// There are no more.
    End,
}

/// What is there to be read.
enum Chunk {
    Bytes(Vec<u8>),
    /// Nothing for now: whoever writes is slower than the work.
    NotYet,
    End,
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

    /// The lines that are there. Waits for the first one, however many chunks that takes.
    ///
    /// # Errors
    /// Those of reading.
    pub(super) fn next_batch(&mut self) -> io::Result<Batch> {
        let mut batch = Vec::new();
        let mut size = 0;
        while !self.ended && (batch.is_empty() || size < BATCH) {
            match self.next_chunk(batch.is_empty())? {
                Chunk::Bytes(chunk) => {
                    size += chunk.len();
                    self.splitter.push(&chunk, &mut batch);
                }
                Chunk::NotYet => break,
                Chunk::End => {
                    self.ended = true;
                    batch.extend(self.splitter.finish());
                }
            }
        }
        Ok(if batch.is_empty() { Batch::End } else { Batch::Lines(batch) })
    }

    fn next_chunk(&self, waits: bool) -> io::Result<Chunk> {
        let chunk = if waits {
            self.chunks.recv().map_err(|_| TryRecvError::Disconnected)
        } else {
            self.chunks.try_recv()
        };
        match chunk {
            Ok(chunk) => chunk.map(Chunk::Bytes),
            Err(TryRecvError::Empty) => Ok(Chunk::NotYet),
            Err(TryRecvError::Disconnected) => Ok(Chunk::End),
        }
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

    /// The batches of a stream that comes in these chunks.
    fn batches(chunks: &[Vec<u8>], limit: u64) -> Vec<Line> {
        let (sender, receiver) = sync_channel(chunks.len() + 1);
        for chunk in chunks {
            sender.send(Ok(chunk.clone())).unwrap();
        }
        drop(sender);
        let mut lines = Lines { chunks: receiver, splitter: Splitter::new(limit), ended: false };
        let mut all = Vec::new();
        while let Batch::Lines(batch) = lines.next_batch().unwrap() {
            assert!(!batch.is_empty());
            all.extend(batch);
        }
        assert_eq!(lines.next_batch().unwrap(), Batch::End);
        all
    }

    #[test]
    fn a_line_may_be_longer_than_any_buffer() {
        for around in [CHUNK, BATCH, CHUNK * AHEAD, 2 * BATCH] {
            for len in [around - 1, around, around + 1] {
                let text = [vec![b'a'; len], vec![b'\n'], vec![b'b'; len], b"\nc".to_vec()].concat();
                let wanted = [vec![b'a'; len], vec![b'b'; len], vec![b'c']].map(Line::Whole);
                for size in [CHUNK, CHUNK - 1, BATCH + 1] {
                    let chunks: Vec<Vec<u8>> = text.chunks(size).map(<[u8]>::to_vec).collect();
                    assert!(batches(&chunks, u64::MAX) == wanted, "{len} bytes by {size}");
                }
            }
        }
        let text = [vec![b'a'; 3 * BATCH], b"\n12\n".to_vec(), vec![b'b'; 3 * BATCH]].concat();
        let chunks: Vec<Vec<u8>> = text.chunks(CHUNK).map(<[u8]>::to_vec).collect();
        assert!(batches(&chunks, BATCH as u64) == [Line::TooLong, whole("12"), Line::TooLong]);
    }

    #[test]
    fn a_writer_may_be_slow() {
        let (sender, receiver) = sync_channel(1);
        let mut lines = Lines { chunks: receiver, splitter: Splitter::new(100), ended: false };
        let writer = thread::spawn(move || {
            for byte in b"ab\n\ncd" {
                sender.send(Ok(vec![*byte])).unwrap();
                thread::sleep(std::time::Duration::from_millis(2));
            }
        });
        let mut all = Vec::new();
        while let Batch::Lines(batch) = lines.next_batch().unwrap() {
            all.extend(batch);
        }
        writer.join().unwrap();
        assert_eq!(all, [whole("ab"), whole(""), whole("cd")]);
    }

    #[test]
    fn a_long_line_is_passed_over() {
        assert_eq!(
            split(&["12345\n1234", "567\n", "12\n", "123", "45678"], 5),
            [whole("12345"), Line::TooLong, whole("12"), Line::TooLong]
        );
    }
}
