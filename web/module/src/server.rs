//! The language server, message by message.

use std::cell::RefCell;

use armbody::lsp::{Flow, Message, Server};
use armbody::text::DEFAULT_MAX_SIZE;

thread_local! {
    static SERVER: RefCell<Server> = RefCell::new(fresh());
}

fn fresh() -> Server {
    Server::new(Vec::new(), DEFAULT_MAX_SIZE)
}

/// Gives a message to the server, and lets it check what is behind: an array of what it sends. What is not a message
/// is passed over. After `exit` the next message is the first one to a new server: an editor that restarts it starts no
/// process.
pub(crate) fn message(text: &str) -> String {
    let Ok(message) = serde_json::from_str::<Message>(text) else { return "[]".to_owned() };
    let mut out = Vec::new();
    SERVER.with_borrow_mut(|server| {
        if matches!(server.receive(message, &mut out), Flow::Exit(_)) {
            *server = fresh();
        }
        while server.is_behind() {
            server.check_one(&mut out);
        }
    });
    serde_json::to_string(&out).unwrap_or_else(|_| "[]".to_owned())
}
