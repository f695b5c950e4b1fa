//! The language server, message by message.

use std::cell::RefCell;

use armbody::lsp::Server;
use armbody::text::DEFAULT_MAX_SIZE;
use lsp_server::Message;

thread_local! {
    static SERVER: RefCell<Server> = RefCell::new(Server::new(Vec::new(), DEFAULT_MAX_SIZE));
}

/// Gives a message to the server, and lets it check what is behind: an array of what it sends. What is not a message
/// is passed over.
pub(crate) fn message(text: &str) -> String {
    let Ok(message) = serde_json::from_str::<Message>(text) else { return "[]".to_owned() };
    let mut out = Vec::new();
    SERVER.with_borrow_mut(|server| {
        server.receive(message, &mut out);
        while server.is_behind() {
            server.check_one(&mut out);
        }
    });
    serde_json::to_string(&out).unwrap_or_else(|_| "[]".to_owned())
}
