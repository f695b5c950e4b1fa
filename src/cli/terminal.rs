//! Where a command writes: results on standard output, talk on standard error.
//!
//! Both take [`Shown`] text only: what was read cannot reach a terminal, or the runner of a pipeline, as it is.
#![expect(clippy::disallowed_methods, reason = "the one place that has the streams")]

use std::io::{self, BufWriter, IsTerminal as _, LineWriter, Write};

use armbody::text::Shown;

/// `--color`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum ColorChoice {
    /// If a terminal reads, and `NO_COLOR` and `CLICOLOR_FORCE` have nothing against it.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Standard output, which says of an error whose it is.
struct Named(io::StdoutLock<'static>);

impl Write for Named {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes).map_err(named)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush().map_err(named)
    }
}

fn named(error: io::Error) -> io::Error {
    match error.kind() {
        // Not for people: whoever writes tries again.
        io::ErrorKind::Interrupted => error,
        kind => io::Error::new(kind, format!("cannot write to standard output: {error}")),
    }
}

/// The two streams, and whether they are coloured.
pub(crate) struct Terminal {
    out: Box<dyn Write>,
    color: ColorChoice,
}

impl Terminal {
    pub(crate) fn new(color: ColorChoice) -> Self {
        let stdout = io::stdout().lock();
        let is_terminal = stdout.is_terminal();
        let stdout = Named(stdout);
        // On a terminal only whole lines: the line that shows how far a run is would be drawn over half of one.
        let out: Box<dyn Write> = if is_terminal {
            Box::new(LineWriter::with_capacity(1 << 20, stdout))
        } else {
            Box::new(BufWriter::with_capacity(1 << 16, stdout))
        };
        Self { out, color }
    }

    /// True if standard output gets colours.
    pub(crate) fn styled(&self) -> bool {
        match self.color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => {
                let choice = anstream::AutoStream::choice(&io::stdout());
                choice != anstream::ColorChoice::Never
            }
        }
    }

    /// Writes what is not for people to standard output, byte for byte: standard input that was fixed, the messages of
    /// a protocol, a script that the program brings.
    pub(crate) fn pass(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)
    }

    /// Writes a text to standard output.
    pub(crate) fn print(&mut self, text: &Shown) -> io::Result<()> {
        self.out.write_all(text.as_str().as_bytes())
    }

    /// Writes a line to standard error, after whatever standard output has to say.
    pub(crate) fn say(&mut self, line: &Shown) {
        // Standard error may be closed: there is nobody left to tell.
        let _ = self.out.flush();
        if !line.is_empty() {
            Self::tell(line);
        }
    }

    /// Writes a line to standard error, whoever has standard output.
    pub(crate) fn tell(line: &Shown) {
        let _ = writeln!(io::stderr().lock(), "{}", line.as_str());
    }

    /// Draws a line on the terminal of standard error over the one before; nothing takes it away.
    pub(crate) fn draw(line: &Shown) {
        let _ = write!(io::stderr().lock(), "\r\x1b[2K{}", line.as_str());
    }

    /// True if somebody looks at standard error.
    pub(crate) fn is_looked_at() -> bool {
        io::stderr().is_terminal()
    }

    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
