//! Every program and cmdlet that makes requests, once: what it is called and where, what it sends that the text
//! does not say, and how it writes what the text does say.
//!
//! A reader asks [`named`] whether a command is one of them, a prefilter `mentions` whether a text may run one.
//! Both speak from [`PROGRAMS`], so that what a reader finds is never hidden by a list of words beside it: a new
//! program is a row here.

mod mentions;

pub(crate) use self::mentions::{are_in_pieces, is_run_at, marks, mentions};
pub(super) use self::mentions::{found_in, has_word, mentions_cmdlet};
use super::command::Command;
use super::{Call, armclient, az, az_rest, curl};
use crate::arm::JSON_CONTENT_TYPE;

/// The content type of a form, which clients that know nothing of JSON send.
pub const FORM_CONTENT_TYPE: &str = "application/x-www-form-urlencoded";

/// A program or cmdlet that makes requests.
#[derive(Debug)]
pub struct Program {
    /// How its requests are written.
    pub notation: Notation,
    /// What it is called, in small letters, and where. `.exe` may follow any of them.
    pub names: &'static [(&'static str, Languages)],
    /// The words behind its name that make requests: `rest` of `az rest`. Any if empty.
    pub subcommands: &'static [&'static str],
    /// The word behind its name is a command or a method: `az login`, `armclient GET`.
    pub begins_with_word: bool,
    /// Reads the calls that a command of a shell makes with it, given the command whose output that reads. PowerShell's
    /// cmdlets have none: they are read from its own tokens, not from words.
    pub(super) read: Option<Reader>,
    /// What it does with a request.
    pub client: Client,
}

/// Reads the calls of a command.
pub(super) type Reader = for<'s> fn(&Command<'s>, Option<&Command<'s>>) -> Vec<Call<'s>>;

/// Where a name means the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Languages {
    /// In any shell.
    All,
    /// In PowerShell: a cmdlet or an alias of one.
    PowerShell,
}

/// What sends a request, and what it adds to it.
#[expect(clippy::struct_excessive_bools, reason = "each is a habit that a client has or not")]
#[derive(Debug)]
pub struct Client {
    /// Where it sends a URL without a host.
    pub host: Host,
    /// The method that it uses where the text says none.
    pub method: Option<&'static str>,
    /// The method that it uses then for a request with a body.
    pub method_with_body: Option<&'static str>,
    /// The content type that it sends with a body where no header says one.
    pub content_type: Option<&'static str>,
    /// The only methods with which it sends that content type; any if empty.
    pub content_type_of: &'static [&'static str],
    /// It adds an access token of its own.
    pub signs_in: bool,
    /// It puts the subscription that is signed in to in the place of `{subscriptionId}`.
    pub fills_subscription: bool,
    /// It writes the blanks of a query as `%20` itself.
    pub encodes_queries: bool,
    /// It reads a body that is a literal of Python and no JSON.
    pub reads_python: bool,
    /// How a header is written.
    pub headers: Headers,
    /// How a variable is written.
    pub variables: Variables,
}

/// Where a client sends a URL that names no host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Host {
    /// Nowhere: a URL has to name one.
    None,
    /// To Azure Resource Manager, or wherever a URL says.
    ResourceManager,
    /// To Azure Resource Manager: nothing else is asked with it.
    Own,
    /// Likewise, and it puts the host before anything that has none, with a slash between or not.
    Always,
}

/// How a client's call says a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Headers {
    /// `-H "Name: value"`
    Option,
    /// `-Headers @{…}`, and `-ContentType 'value'`
    Parameter,
    /// `Name: value` on a line of its own.
    Lines,
    /// In a way that nothing is added to.
    Other,
}

/// How a variable is written where a call stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Variables {
    /// `$NAME`
    Shell,
    /// `{{name}}`
    Braces,
    /// In more ways than one, or not at all.
    None,
}

/// A client that does nothing of its own.
const PLAIN: Client = Client {
    host: Host::None,
    method: None,
    method_with_body: None,
    content_type: None,
    content_type_of: &[],
    signs_in: false,
    fills_subscription: false,
    encodes_queries: true,
    reads_python: false,
    headers: Headers::Other,
    variables: Variables::None,
};

/// A client that makes the whole request of options, for whoever is signed in.
const MAKER: Client = Client {
    host: Host::Own,
    content_type: Some(JSON_CONTENT_TYPE),
    signs_in: true,
    fills_subscription: true,
    ..PLAIN
};

/// How `az` is called.
const AZ: &[(&str, Languages)] = &[("az", Languages::All), ("az.cmd", Languages::All)];

/// The cmdlets that make requests of parameters, as they are called now and as they were with `AzureRM`.
const CMDLETS: &[(&str, Languages)] = &[
    ("new-azvm", Languages::PowerShell),
    ("new-azvmss", Languages::PowerShell),
    ("update-azvm", Languages::PowerShell),
    ("update-azvmss", Languages::PowerShell),
    ("remove-azvm", Languages::PowerShell),
    ("remove-azvmss", Languages::PowerShell),
    ("start-azvm", Languages::PowerShell),
    ("start-azvmss", Languages::PowerShell),
    ("stop-azvm", Languages::PowerShell),
    ("stop-azvmss", Languages::PowerShell),
    ("restart-azvm", Languages::PowerShell),
    ("restart-azvmss", Languages::PowerShell),
    ("update-azvmssinstance", Languages::PowerShell),
    ("new-azuserassignedidentity", Languages::PowerShell),
    ("get-azuserassignedidentity", Languages::PowerShell),
    ("update-azuserassignedidentity", Languages::PowerShell),
    ("remove-azuserassignedidentity", Languages::PowerShell),
    ("new-azresource", Languages::PowerShell),
    ("set-azresource", Languages::PowerShell),
    ("get-azresource", Languages::PowerShell),
    ("remove-azresource", Languages::PowerShell),
    ("invoke-azresourceaction", Languages::PowerShell),
    ("new-azresourcegroupdeployment", Languages::PowerShell),
    ("test-azresourcegroupdeployment", Languages::PowerShell),
    ("get-azresourcegroupdeployment", Languages::PowerShell),
    ("remove-azresourcegroupdeployment", Languages::PowerShell),
    ("get-azresourcegroupdeploymentwhatifresult", Languages::PowerShell),
    ("new-azsubscriptiondeployment", Languages::PowerShell),
    ("test-azsubscriptiondeployment", Languages::PowerShell),
    ("get-azsubscriptiondeployment", Languages::PowerShell),
    ("remove-azsubscriptiondeployment", Languages::PowerShell),
    ("get-azsubscriptiondeploymentwhatifresult", Languages::PowerShell),
    ("new-azmanagementgroupdeployment", Languages::PowerShell),
    ("test-azmanagementgroupdeployment", Languages::PowerShell),
    ("get-azmanagementgroupdeployment", Languages::PowerShell),
    ("remove-azmanagementgroupdeployment", Languages::PowerShell),
    ("get-azmanagementgroupdeploymentwhatifresult", Languages::PowerShell),
    ("new-aztenantdeployment", Languages::PowerShell),
    ("test-aztenantdeployment", Languages::PowerShell),
    ("get-aztenantdeployment", Languages::PowerShell),
    ("remove-aztenantdeployment", Languages::PowerShell),
    ("get-aztenantdeploymentwhatifresult", Languages::PowerShell),
    ("new-azdeployment", Languages::PowerShell),
    ("test-azdeployment", Languages::PowerShell),
    ("get-azdeployment", Languages::PowerShell),
    ("remove-azdeployment", Languages::PowerShell),
    ("get-azdeploymentwhatifresult", Languages::PowerShell),
    ("new-azurermvm", Languages::PowerShell),
    ("new-azurermvmss", Languages::PowerShell),
    ("update-azurermvm", Languages::PowerShell),
    ("update-azurermvmss", Languages::PowerShell),
    ("remove-azurermvm", Languages::PowerShell),
    ("remove-azurermvmss", Languages::PowerShell),
    ("start-azurermvm", Languages::PowerShell),
    ("start-azurermvmss", Languages::PowerShell),
    ("stop-azurermvm", Languages::PowerShell),
    ("stop-azurermvmss", Languages::PowerShell),
    ("restart-azurermvm", Languages::PowerShell),
    ("restart-azurermvmss", Languages::PowerShell),
    ("new-azurermresource", Languages::PowerShell),
    ("set-azurermresource", Languages::PowerShell),
    ("get-azurermresource", Languages::PowerShell),
    ("remove-azurermresource", Languages::PowerShell),
    ("invoke-azurermresourceaction", Languages::PowerShell),
    ("new-azurermresourcegroupdeployment", Languages::PowerShell),
    ("test-azurermresourcegroupdeployment", Languages::PowerShell),
    ("get-azurermresourcegroupdeployment", Languages::PowerShell),
    ("remove-azurermresourcegroupdeployment", Languages::PowerShell),
    ("new-azurermdeployment", Languages::PowerShell),
];

/// Declares [`Notation`] and [`PROGRAMS`]: a row is a way of writing requests, its name in reports, and the program that
/// takes what is written so, if one does.
macro_rules! notations {
    ($($(#[$doc:meta])* $notation:ident = $name:literal $({ $($field:tt)* })?;)*) => {
        /// A way of writing a request.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Notation {
            $($(#[$doc])* $notation,)*
        }

        impl Notation {
            /// Every way.
            pub const ALL: [Self; [$(Self::$notation),*].len()] = [$(Self::$notation),*];

            /// Its name for reports. PowerShell's cmdlets for any request share one.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$notation => $name,)*
                }
            }
        }

        /// The programs. Of those that share a name, a word behind it tells which one is meant.
        pub static PROGRAMS: &[Program] =
            &[$($(Program { notation: Notation::$notation, $($field)* },)?)*];
    };
}

notations! {
    /// `curl …` in a POSIX shell.
    // https://curl.se/docs/manpage.html
    Curl = "curl" {
        names: &[("curl", Languages::All)],
        subcommands: &[],
        begins_with_word: false,
        read: Some(curl::read),
        client: Client {
            method: Some("GET"),
            method_with_body: Some("POST"),
            content_type: Some(FORM_CONTENT_TYPE),
            encodes_queries: false,
            headers: Headers::Option,
            variables: Variables::Shell,
            ..PLAIN
        },
    };
    /// `az rest …`.
    // https://learn.microsoft.com/cli/azure/reference-index#az-rest
    AzRest = "az" {
        names: AZ,
        subcommands: &["rest"],
        begins_with_word: true,
        read: Some(|command, input| az_rest::read(command, input).into_iter().collect()),
        client: Client {
            host: Host::ResourceManager,
            method: Some("GET"),
            method_with_body: Some("GET"),
            content_type: Some(JSON_CONTENT_TYPE),
            signs_in: true,
            fills_subscription: true,
            reads_python: true,
            variables: Variables::Shell,
            ..PLAIN
        },
    };
    /// `az vm …`, `az vmss …`, `az identity …`: what az makes of names and options.
    // https://learn.microsoft.com/cli/azure/vm, …/vmss, …/identity
    AzVm = "az-vm" {
        names: AZ,
        subcommands: &["vm", "vmss", "identity"],
        begins_with_word: true,
        read: Some(|command, _| az::vm::read(command)),
        client: MAKER,
    };
    /// `az resource …`, likewise.
    // https://learn.microsoft.com/cli/azure/resource
    AzResource = "az-resource" {
        names: AZ,
        subcommands: &["resource"],
        begins_with_word: true,
        read: Some(az::resource::read),
        client: MAKER,
    };
    /// `az deployment …`, likewise.
    // https://learn.microsoft.com/cli/azure/deployment; `az group deployment` is what it was called before.
    AzDeployment = "az-deployment" {
        names: AZ,
        subcommands: &["deployment", "group"],
        begins_with_word: true,
        read: Some(az::deployment::read),
        client: Client { reads_python: true, ..MAKER },
    };
    /// `armclient PATCH …`.
    // https://github.com/projectkudu/ARMClient
    ArmClient = "armclient" {
        names: &[("armclient", Languages::All)],
        subcommands: &[],
        begins_with_word: true,
        read: Some(|command, input| armclient::read(command, input).into_iter().collect()),
        client: Client { host: Host::Always, content_type: Some(JSON_CONTENT_TYPE), signs_in: true, ..PLAIN },
    };
    /// `Invoke-AzRestMethod …` in PowerShell.
    // https://learn.microsoft.com/powershell/module/az.accounts/invoke-azrestmethod
    InvokeAzRestMethod = "powershell" {
        names: &[("invoke-azrestmethod", Languages::PowerShell), ("invoke-azrest", Languages::PowerShell)],
        subcommands: &[],
        begins_with_word: false,
        read: None,
        client: Client {
            host: Host::Own,
            method: Some("GET"),
            method_with_body: Some("GET"),
            content_type: Some(JSON_CONTENT_TYPE),
            signs_in: true,
            ..PLAIN
        },
    };
    /// A cmdlet of Azure PowerShell that makes its request of parameters: `Update-AzVM`, `New-AzResource`.
    // https://learn.microsoft.com/powershell/module/az.compute, …/az.managedserviceidentity, …/az.resources
    Cmdlet = "cmdlet" {
        names: CMDLETS,
        subcommands: &[],
        begins_with_word: false,
        read: None,
        client: MAKER,
    };
    /// `Invoke-RestMethod …` or `Invoke-WebRequest …` in PowerShell.
    // https://learn.microsoft.com/powershell/module/microsoft.powershell.utility/invoke-restmethod
    InvokeRestMethod = "powershell" {
        names: &[
            ("invoke-restmethod", Languages::PowerShell),
            ("irm", Languages::PowerShell),
            ("invoke-webrequest", Languages::PowerShell),
            ("iwr", Languages::PowerShell),
        ],
        subcommands: &[],
        begins_with_word: false,
        read: None,
        client: Client {
            method: Some("GET"),
            method_with_body: Some("GET"),
            content_type: Some(FORM_CONTENT_TYPE),
            // For other methods it sends none.
            content_type_of: &["POST", "PUT"],
            headers: Headers::Parameter,
            ..PLAIN
        },
    };
    /// A request line, headers, a body.
    Http = "http";
    /// A body alone.
    Body = "json";
    /// An ARM template, which is one body for the requests of all its resources.
    Template = "template";
}

/// A request as it goes over the wire: whatever is sent stands in the text.
static WIRE: Client =
    Client { encodes_queries: false, headers: Headers::Lines, variables: Variables::Braces, ..PLAIN };
/// A body, of whose call nothing is known.
static UNKNOWN: Client = PLAIN;

/// What sends the requests of a notation.
pub fn client(notation: Notation) -> &'static Client {
    let program = || PROGRAMS.iter().find(|program| program.notation == notation);
    match notation {
        Notation::Http => &WIRE,
        _ => program().map_or(&UNKNOWN, |program| &program.client),
    }
}

impl Client {
    /// True if what is shown is the request as it goes over the wire, of which documents show the parts apart.
    pub fn is_wire(&self) -> bool {
        self.headers == Headers::Lines
    }

    /// True if a header or an option has to say that a body is JSON.
    pub fn says_content_type(&self) -> bool {
        self.content_type == Some(FORM_CONTENT_TYPE)
    }

    /// The method of a request of which the text names none.
    pub fn default_method(&self, has_body: bool) -> Option<&'static str> {
        if has_body { self.method_with_body } else { self.method }
    }

    /// The content type that goes with a body which is sent by `method`, where no header says one.
    pub fn default_content_type(&self, method: Option<&str>) -> Option<&'static str> {
        let sends = self.content_type_of.is_empty()
            || method.is_some_and(|method| self.content_type_of.contains(&method));
        self.content_type.filter(|_| sends)
    }
}

/// The program that a command's first word names in a shell, or with `powershell` in PowerShell; the word without
/// its folder and `.exe`, in small letters. The first one of those that share the name.
pub fn named(name: &str, powershell: bool) -> Option<&'static Program> {
    all_named(name, powershell).next()
}

/// All programs that [`named`] may mean.
fn all_named(name: &str, powershell: bool) -> impl Iterator<Item = &'static Program> {
    let means = move |(it, languages): &(&str, Languages)| {
        *it == name && (powershell || *languages == Languages::All)
    };
    PROGRAMS.iter().filter(move |program| program.names.iter().any(means))
}

impl Program {
    /// True if the word behind the program's name makes requests with it.
    fn takes(&self, next: Option<&str>) -> bool {
        self.subcommands.is_empty() || next.is_some_and(|next| self.subcommands.contains(&next))
    }
}

/// True if `next`, the word behind it, makes requests with the program that `name` is, in some notation.
pub(super) fn makes_requests(name: &str, next: &str) -> bool {
    all_named(name, true).any(|program| program.takes(Some(next)))
}

/// The calls that `command` makes, which runs the program `name`: none if that makes no requests, or not this way.
pub(super) fn calls_of<'s>(name: &str, command: &Command<'s>, input: Option<&Command<'s>>) -> Vec<Call<'s>> {
    let next = command.program().and_then(|at| command.words.get(at + 1)).map(|word| word.text.text());
    let program = all_named(name, false).find(|program| program.takes(next));
    program.and_then(|program| program.read).map_or_else(Vec::new, |read| read(command, input))
}

// -- Prefilters -----------------------------------------------------------------------------------------------

/// Every name and the program that has it.
fn names() -> impl Iterator<Item = (&'static str, &'static Program)> {
    PROGRAMS.iter().flat_map(|program| program.names.iter().map(move |(name, _)| (*name, program)))
}

#[cfg(test)]
mod tests;
