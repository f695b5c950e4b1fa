//! How one request is written: a notation is one file that both reads and writes.
//!
//! Reading gives a [`Call`]: the parts of the request as fragments, each of which knows its place in the file.
//! Nothing is judged here; what is wrong with a call is for the rules to say. [`request()`] makes of a call the
//! [`Request`](crate::arm::Request) that [`write()`] writes: `request(read(write(r))) == r`.

mod alternatives;
pub mod armclient;
pub mod az;
pub mod az_rest;
mod bicep;
mod body;
mod command;
pub mod curl;
mod declare;
pub mod http;
mod layout;
mod level;
mod made;
mod native;
mod pairs;
mod payload;
mod posix_text;
pub mod powershell;
mod powershell_text;
pub mod programs;
mod quoting;
mod request;
mod script;
pub mod shell;
pub mod template;
mod templates;
mod terraform;
mod variables;
mod windows;
mod write;
mod writer;

use self::programs::Host;
use crate::arm::{Method, RequestUrl, ResourceType, Service, contains_placeholder};
use crate::text::{Fragment, Marks, Span};

pub use layout::{BodyPlace, Layout, Shell, UnknownShell};
pub use made::{Asked, Made};
pub use powershell::Scope;
pub(crate) use programs::mentions as mentions_call;
pub use programs::{Client, Notation};
pub use quoting::{Effect, Offer, PowerShell, Quoting, QuotingKind, Versions, Weight};
pub use request::{RequestError, request};
pub use script::{Procedure, script};
pub use templates::{TemplateError, Templates};
pub use variables::Assigned;
pub use write::{Form, UnknownForm, write, write_change, write_roles};
pub use writer::{IdentityChange, RoleStep, WriteError, Writer};

/// A request as it stands in a text.
#[derive(Clone, Debug)]
pub struct Call<'s> {
    /// How it is written.
    pub notation: Notation,
    /// The bytes of the file from its first word to its last.
    pub span: Span,
    /// The method, where the text says one (`-X PATCH`).
    pub method: Option<Fragment<'s>>,
    /// The URL, without quotes.
    pub url: Option<Fragment<'s>>,
    /// `Name: value`, each without quotes.
    pub headers: Vec<Fragment<'s>>,
    /// The body.
    pub body: Payload<'s>,
    /// A token or `user:password` that stands in an option of its own (`--oauth2-bearer`, `-u`).
    pub credentials: Option<Box<Fragment<'s>>>,
    /// What sends it, and what that adds by itself.
    pub client: &'static Client,
    /// The method that the client uses if the text says none: curl's `POST` with `-d`, `GET` without.
    pub default_method: Option<&'static str>,
    /// The content type that the client sends if no header says one.
    pub default_content_type: Option<&'static str>,
    /// The client adds an access token of its own: no header has to carry one.
    pub signs_in: bool,
    /// What was left out of it because it, or the document, holds too much.
    pub left_out: LeftOut,
    /// Which of several it is that the same words make, because a variable is set otherwise in each branch: counted from
    /// 1, and 0 for the only one.
    pub alternative: u8,
    /// Where those of its parts stand that hold only if nobody says otherwise: the defaults of a script's parameters.
    pub defaults: Vec<Span>,
    /// What the shell's own quoting does to it.
    pub quoting: Vec<Quoting>,
    /// For a request that the client itself writes, out of the options of a command: what the text says of it.
    pub made: Option<Box<Made>>,
    /// The text around it.
    pub context: Context<'s>,
}

/// What was left out of a call because there is too much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum LeftOut {
    /// Nothing.
    Nothing,
    /// A variable was not put in, or not read before the call: those of the document have come to too much.
    Variables,
    /// Its words are more than are read: nothing else can be said of it.
    Words,
    /// The request: the client makes it of options that are not read. What the shell does to the command is told all
    /// the same.
    Request,
}

impl Call<'_> {
    /// Where it stands, and which of those it is that the same words make.
    fn place(&self) -> (u32, u32, u8) {
        (self.span.start, self.span.end, self.alternative)
    }

    /// Gives back the room for more parts than it has.
    fn shrink(&mut self) {
        self.headers.shrink_to_fit();
        self.quoting.shrink_to_fit();
        self.defaults.shrink_to_fit();
    }

    /// A call of which nothing is known but where it stands.
    pub fn new(notation: Notation, span: Span) -> Self {
        let client = programs::client(notation);
        Self {
            notation,
            client,
            span,
            method: None,
            url: None,
            headers: Vec::new(),
            body: Payload::None,
            credentials: None,
            default_method: None,
            default_content_type: None,
            signs_in: client.signs_in,
            left_out: LeftOut::Nothing,
            alternative: 0,
            defaults: Vec::new(),
            quoting: Vec::new(),
            made: None,
            context: Context::default(),
        }
    }

    /// The method that is sent: the one in the text, else the client's own. `None` if the text names one that
    /// only a run of the script knows, or none that HTTP has.
    pub fn sent_method(&self) -> Option<Method> {
        match (&self.method, self.default_method) {
            (Some(method), _) => method.text().trim().parse().ok(),
            (None, Some(method)) => method.parse().ok(),
            (None, None) => None,
        }
    }

    /// True if what stands at `place` of the file holds only if nobody says otherwise.
    pub fn is_default(&self, place: Span) -> bool {
        self.defaults.iter().any(|span| span.contains(place))
    }

    /// What cuts its words, so that nothing else can be said of it.
    pub fn cut(&self) -> Option<&Quoting> {
        quoting::cut(&self.quoting)
    }

    /// True if it is a body of which nothing says how it is sent: alone in a file or document, or a template.
    pub fn is_bare(&self) -> bool {
        matches!(self.notation, Notation::Body | Notation::Template)
    }

    /// True if it is a deployment template, which is sent as it is and makes the requests of its resources.
    pub fn is_template(&self) -> bool {
        self.notation == Notation::Template
    }

    /// Whose service the call goes to, as far as the text says.
    pub fn service(&self) -> Service {
        let Some(part) = &self.url else {
            let is_arm = self.is_bare() || !matches!(self.client.host, Host::None);
            return if is_arm { Service::ResourceManager } else { Service::Other };
        };
        let url = RequestUrl::read(part.text());
        let service = url.service();
        let names_host = url.host.is_some_and(|host| !contains_placeholder(host.text));
        match self.client.host {
            Host::None if self.client.is_wire() && !names_host => {
                let path = url.path.map_or("", |path| path.text);
                match self.host_header() {
                    Some(host) => RequestUrl::read(&format!("https://{host}{path}")).service(),
                    None => service,
                }
            }
            Host::Own | Host::Always if !names_host => Service::ResourceManager,
            // Without a scheme it is a path for the client, however it begins.
            Host::ResourceManager if url.host.is_none() && url.scheme.is_none() => {
                if service == Service::Open { service } else { Service::ResourceManager }
            }
            Host::None | Host::Own | Host::Always | Host::ResourceManager => service,
        }
    }

    /// The host that a header names, if it is written out.
    fn host_header(&self) -> Option<&str> {
        self.headers.iter().find_map(|header| {
            let (name, value) = header.text().split_once(':')?;
            let value = value.trim();
            (name.trim().eq_ignore_ascii_case("host") && !value.is_empty() && !contains_placeholder(value))
                .then_some(value)
        })
    }

    /// True if the call goes to Azure Resource Manager as far as the text says, so that an inventory lists it.
    pub fn is_arm(&self) -> bool {
        match self.service() {
            Service::ResourceManager => true,
            Service::Other => false,
            // A variable alone is more likely a resource than another service for a client that signs in to ARM, and
            // nobody else versions an API this way behind a host that is not named.
            Service::Open => {
                self.client.host != Host::None
                    || self.url.as_ref().is_some_and(|url| url.text().contains("api-version="))
            }
        }
    }

    /// True if the URL speaks of Azure Resource Manager: its host, or a path as its resources have it. A cheap
    /// look at the text, which placeholders and mistakes in the URL do not disturb.
    pub fn looks_like_arm(&self) -> bool {
        let Some(url) = &self.url else { return false };
        // A token's audience in a query says nothing of where the call goes.
        let url = url.text().split('?').next().unwrap_or("").to_ascii_lowercase();
        ARM_MARKS.are_in(&url) || url.ends_with("/subscriptions") || url.starts_with("subscriptions/")
    }

    /// True if the call, which stands in the file `text`, goes to Azure Resource Manager as far as can be told when
    /// its words may not be the ones that were meant.
    pub fn speaks_of_arm(&self, text: &str) -> bool {
        if self.is_arm() {
            return true;
        }
        // A URL with a host was not swallowed by another word.
        let has_host = self.url.as_ref().is_some_and(|url| url.text().contains("://"));
        let call = text.get(self.span.range()).unwrap_or("");
        !has_host && ARM_MARKS.are_in(&call.to_ascii_lowercase())
    }
}

/// What the URLs of Azure Resource Manager have in them, in small letters.
static ARM_MARKS: Marks = Marks::new(&[
    "management.azure",
    "management.core.",
    "management.chinacloudapi",
    "management.usgovcloudapi",
    "/subscriptions/",
    "/providers/microsoft.",
    "/resourcegroups/",
]);

/// Every call that the commands of a shell text make, in the order in which they stand.
pub fn shell_calls<'s>(code: &Fragment<'s>, dialect: shell::Dialect) -> Vec<Call<'s>> {
    shell::calls(code, dialect, &mut Scope::default())
}

/// Commands that write a file which a later call may send, in small letters.
pub(crate) const FILE_WRITERS: [&str; 4] = ["tee", "set-content", "out-file", "sc"];

/// False for a snippet that sets nothing that a later one may use.
pub(crate) fn may_set(text: &str) -> bool {
    static MARKS: Marks = Marks::without_case(&FILE_WRITERS);
    let bytes = text.as_bytes();
    // A method of a variable may change what it holds.
    let variable = memchr::memchr(b'$', bytes);
    memchr::memchr3(b'=', b'<', b'>', bytes).is_some()
        || variable.is_some_and(|at| memchr::memchr2(b'.', b'[', &bytes[at..]).is_some())
        || programs::has_word(text, &FILE_WRITERS, &MARKS)
}

/// True if `text` may be a URL: it has a path, a scheme, a host, or a variable or placeholder for one.
pub(crate) fn is_url_like(text: &Fragment<'_>) -> bool {
    let url = text.text();
    url.contains(['/', '$', '<', '{', '%', '[', '?'])
        || url.contains("localhost")
        || url.split(':').next().is_some_and(|host| host.contains('.') && !host.ends_with('.'))
        || text.expansions().next().is_some()
}

/// What a call sends.
#[derive(Clone, Debug, Default)]
pub enum Payload<'s> {
    /// Nothing.
    #[default]
    None,
    /// This text.
    Text(Fragment<'s>),
    /// What a file holds (`-d @body.json`); the name as the text says it, without the `@`.
    File(Fragment<'s>),
    /// What only a run of the script knows: a variable, a command's output, a form's fields.
    Unknown(Fragment<'s>),
}

impl<'s> Payload<'s> {
    /// The text that is sent, where the document says it.
    pub fn text(&self) -> Option<&Fragment<'s>> {
        match self {
            Self::Text(text) => Some(text),
            Self::None | Self::File(_) | Self::Unknown(_) => None,
        }
    }
}

/// Where a call stands.
#[derive(Clone, Copy, Debug, Default)]
pub struct Context<'s> {
    /// What holds it.
    pub place: Place,
    /// The heading of its section, without marks.
    pub heading: Option<&'s str>,
    /// For a body that stands alone in a document: the resource type, if the document speaks of one only.
    pub resource_type: Option<ResourceType>,
    /// For a body that stands alone in a document: the API version that the text around it names, if it names
    /// one only.
    pub api_version: Option<&'s str>,
    /// The document says the type itself, in a comment: it is not only spoken of.
    pub says_type: bool,
    /// The body stands in a block of its own behind the call.
    pub body_is_apart: bool,
    /// For what stands alone in a document: whether its block is one of its own language.
    pub language: Language,
    /// The raw text of its section from the heading, or from the last call before it, up to the call.
    pub before: &'s str,
}

/// What language the author of a document gave the block that a body stands in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Language {
    /// The body's, or none.
    #[default]
    Own,
    /// Another one, in which what stands there may be right.
    Other,
}

/// What kind of text holds a call: placeholders belong in a document and not in a script.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// Prose with snippets: Markdown.
    Document,
    /// A file that is sent or run as it is.
    #[default]
    File,
}
