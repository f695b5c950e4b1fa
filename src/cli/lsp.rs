//! `armbody lsp`: a language server on standard input and output.
//!
//! One thread reads; this one answers. Diagnostics wait until no message is left, so that of many changes in a row
//! only the last is checked.

mod frame;

use std::io;
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};
use std::thread;

use anyhow::Context as _;
use armbody::lsp::{Flag, Flow, Message, Server};
use armbody::shown;
use armbody::text::{DEFAULT_MAX_SIZE, Shown};
use clap::Args as _;

use self::frame::{Arrival, Frames};
use super::{Terminal, render};

/// A language server on standard input and output, for editors.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The size in bytes beyond which a text is not looked at.
    #[arg(long, value_name = "BYTES", default_value_t = DEFAULT_MAX_SIZE)]
    max_size: u64,
    /// Taken and ignored: editors say it of servers that have several ways to be reached.
    #[arg(long, hide = true)]
    stdio: bool,
}

/// Messages that wait for an answer, at most: whoever sends faster waits.
const QUEUE: usize = 1024;

/// Runs until the client says `exit`, or is gone.
pub(crate) fn run(args: &Args, terminal: &mut Terminal) -> anyhow::Result<ExitCode> {
    let (sender, arrivals) = sync_channel(QUEUE);
    let limit = args.max_size;
    thread::Builder::new()
        .name("reader".to_owned())
        .spawn(move || {
            for arrival in Frames::new(io::stdin().lock(), limit) {
                if sender.send(arrival).is_err() {
                    break;
                }
            }
        })
        .context("cannot start a thread")?;
    let mut server = Server::new(flags(), args.max_size);
    let status = serve(&mut server, &arrivals, terminal)?;
    Ok(ExitCode::from(status))
}

fn serve(server: &mut Server, arrivals: &Receiver<Arrival>, terminal: &mut Terminal) -> io::Result<u8> {
    let mut out = Vec::new();
    loop {
        let arrival = match arrivals.try_recv() {
            Ok(arrival) => arrival,
            Err(TryRecvError::Empty) if server.is_behind() => {
                server.check_one(&mut out);
                write(&mut out, terminal)?;
                continue;
            }
            Err(TryRecvError::Empty | TryRecvError::Disconnected) => match arrivals.recv() {
                Ok(arrival) => arrival,
                Err(_) => return Ok(server.status()),
            },
        };
        match arrival {
            Arrival::Message(message) => {
                let flow = server.receive(message, &mut out);
                write(&mut out, terminal)?;
                if let Flow::Exit(status) = flow {
                    return Ok(status);
                }
            }
            Arrival::Bad(bad) => {
                terminal.say(&shown!("armbody lsp: {}", Shown::line(&bad.problem)));
                if let Some(answer) = bad.answer() {
                    terminal.pass(&frame::framed(&answer))?;
                    terminal.flush()?;
                }
            }
        }
    }
}

fn write(messages: &mut Vec<Message>, terminal: &mut Terminal) -> io::Result<()> {
    for message in messages.drain(..) {
        let mut bytes = Vec::new();
        message.write(&mut bytes)?;
        terminal.pass(&bytes)?;
    }
    terminal.flush()
}

/// The options of `armbody render`, as its own definition has them.
fn flags() -> Vec<Flag> {
    let command = render::Args::augment_args(clap::Command::new("render"));
    command
        .get_arguments()
        .filter(|arg| !arg.is_hide_set())
        .filter_map(|arg| {
            Some(Flag {
                name: format!("--{}", arg.get_long()?),
                help: arg.get_help().map(ToString::to_string).unwrap_or_default(),
                takes_value: arg.get_action().takes_values(),
            })
        })
        // What a marker cannot mean: it is one scenario, and goes where it stands.
        .filter(|flag| !["--list", "--all", "--output"].contains(&flag.name.as_str()))
        .collect()
}
