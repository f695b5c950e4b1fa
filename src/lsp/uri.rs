//! Files as the protocol names them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use lsp_types::Uri;

use crate::arm::decode_percent;

/// The file that a URI names; `None` for what is not a file, as a text that was never saved.
pub(super) fn path_of(uri: &Uri) -> Option<PathBuf> {
    let uri = uri.as_str();
    let (scheme, rest) = uri.split_once(':')?;
    if !scheme.eq_ignore_ascii_case("file") {
        return None;
    }
    let rest = rest.split(['?', '#']).next().unwrap_or(rest);
    let path = rest.strip_prefix("//").map_or(rest, |rest| &rest[rest.find('/').unwrap_or(rest.len())..]);
    let path = decode_percent(path).into_owned();
    let drive = cfg!(windows) && path.as_bytes().get(2) == Some(&b':');
    let path = if drive { path.trim_start_matches('/') } else { &path };
    (!path.is_empty()).then(|| PathBuf::from(path))
}

/// The URI of a file; `None` for a path that none can say.
pub(super) fn uri_of(path: &Path) -> Option<Uri> {
    // Where there is no current folder, as in WebAssembly, a path is whole or says nothing.
    let path = std::path::absolute(path).ok().or_else(|| path.has_root().then(|| path.to_owned()))?;
    let text = path.to_str()?;
    let text = if cfg!(windows) { text.replace('\\', "/") } else { text.to_owned() };
    let mut uri = "file://".to_owned();
    if !text.starts_with('/') {
        uri.push('/');
    }
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(text: &str) -> Uri {
        text.parse().expect("a URI")
    }

    #[test]
    #[cfg(not(windows))]
    fn a_file_has_a_path() {
        assert_eq!(path_of(&uri("file:///a%20b/%C3%BC%2b.md")), Some(PathBuf::from("/a b/ü+.md")));
        assert_eq!(path_of(&uri("file://localhost/a.md#L3")), Some(PathBuf::from("/a.md")));
        assert_eq!(path_of(&uri("untitled:Untitled-1")), None);
        assert_eq!(path_of(&uri("file://host")), None);
        for path in ["/a b/ü%41.md", "/x/#?.json"] {
            let there = uri_of(Path::new(path)).expect("a URI");
            assert_eq!(path_of(&there), Some(PathBuf::from(path)), "{}", there.as_str());
        }
    }
}
