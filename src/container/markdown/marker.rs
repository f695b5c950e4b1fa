//! What the markers of `sync` say of the snippets below them.

use crate::arm::ResourceType;

/// What makes a comment a marker.
const MARK: &str = "armbody:";

/// What is known of the body below a marker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Marked<'t> {
    pub(super) api_version: Option<&'t str>,
    pub(super) resource_type: Option<ResourceType>,
}

/// What the last marker in a block of HTML says: nothing at an end. `None` if there is no marker.
pub(super) fn last(html: &str) -> Option<Marked<'_>> {
    let start = html.rfind(MARK)?;
    let before = html[..start].trim_end();
    let rest = html[start + MARK.len()..].split("-->").next().filter(|_| before.ends_with("<!--"))?;
    let mut words = rest.split(|c: char| c.is_whitespace() || c == '=' || c == '"' || c == '\'');
    let mut marked = Marked::default();
    while let Some(word) = words.next() {
        match word {
            "--api-version" => marked.api_version = words.find(|word| !word.is_empty()),
            "--type" => {
                let named = words.find(|word| !word.is_empty());
                marked.resource_type = named.and_then(|word| word.parse().ok());
            }
            flag => {
                let machine = ResourceType::of_flag(flag).filter(|known| known.has_identity());
                marked.resource_type = machine.or(marked.resource_type);
            }
        }
    }
    Some(marked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_marker_counts() {
        let html = "<!-- armbody: render list --api-version 2017-12-01 -->";
        assert_eq!(last(html).unwrap().api_version, Some("2017-12-01"));
        let html = "<!-- armbody: end -->\n<!-- armbody: render x --api-version='2018-06-01' --vmss s -->\n";
        let marked = last(html).unwrap();
        assert_eq!(marked.api_version, Some("2018-06-01"));
        assert_eq!(marked.resource_type, Some(ResourceType::VirtualMachineScaleSet));
        assert_eq!(
            last("<!-- armbody: render --type vm --api-version x --><!-- armbody: end -->"),
            Some(Marked::default())
        );
        assert_eq!(last("<!-- see armbody: render --type vm -->"), None);
        assert_eq!(last("<div>"), None);
    }
}
