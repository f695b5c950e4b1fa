//! API versions at the cursor, and what there is to say of them.

use std::fmt::Write as _;

use crate::arm::versions::published;
use crate::arm::{ApiVersion, IdentityForm, RequestUrl, ResourceType, ResourceTypeName};
use crate::schema::{Schemas, Standing, Validators};
use crate::text::Span;

/// What a version stands behind, in any case.
const SIGNS: [&str; 2] = ["api-version=", "-apiversion "];

/// The longest URL that is looked through for what it is about, in bytes.
const REACH: usize = 4096;

/// A version, or the place for one.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct VersionPlace<'t> {
    /// What stands there.
    pub(super) text: &'t str,
    /// Its bytes.
    pub(super) span: Span,
    /// The type that the URL before it is about.
    pub(super) type_name: Option<ResourceTypeName>,
}

/// The version that a URL or a parameter names at a byte of a text.
pub(super) fn version_at(text: &str, cursor: u32) -> Option<VersionPlace<'_>> {
    let cursor = cursor as usize;
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
    let bytes = text.as_bytes();
    let start = cursor - bytes[..cursor].iter().rev().take_while(|byte| is_part(byte)).count();
    let end = cursor + bytes[cursor..].iter().take_while(|byte| is_part(byte)).count();
    let before = &bytes[start.saturating_sub(REACH)..start];
    SIGNS.iter().find(|sign| {
        before
            .len()
            .checked_sub(sign.len())
            .is_some_and(|at| before[at..].eq_ignore_ascii_case(sign.as_bytes()))
    })?;
    Some(VersionPlace {
        text: &text[start..end],
        span: Span::new(start, end),
        type_name: type_before(before),
    })
}

/// The type of the last URL of a line.
fn type_before(text: &[u8]) -> Option<ResourceTypeName> {
    let line = memchr::memrchr(b'\n', text).map_or(0, |at| at + 1);
    let line = String::from_utf8_lossy(&text[line..]);
    let at = line.to_ascii_lowercase().rfind("/providers/")?;
    // Changing ASCII letters only, the place is the same in both.
    RequestUrl::read(line.get(at..)?).resource_type()
}

/// The versions of a type, the newest stable one first and the previews last, each in a word or two.
pub(super) fn choices(schemas: &Schemas, type_name: &str) -> Vec<(ApiVersion, &'static str)> {
    let mut all = schemas.known_versions(type_name);
    all.reverse();
    all.sort_by_key(|version| version.is_preview());
    let newest = all.first().copied().filter(|version| !version.is_preview());
    let says = |version: ApiVersion| match (version.is_preview(), Some(version) == newest) {
        (true, _) => "preview",
        (false, true) => "the newest stable one",
        (false, false) => "stable",
    };
    all.into_iter().map(|version| (version, says(version))).collect()
}

/// What a version is, as Markdown; `None` for a text that is none or a type that is not known.
pub(super) fn describe(validators: &Validators, type_name: &str, text: &str) -> Option<String> {
    let version: ApiVersion = text.parse().ok()?;
    let schemas = validators.schemas();
    let standing = validators.standing(type_name, Some(version))?;
    let type_name = schemas.published_name(type_name).unwrap_or(type_name);
    let mut out = format!("**{version}** of `{type_name}`\n");
    // Writing to a String cannot fail.
    let _ = if let Standing::Unpublished { earlier, later, .. } = standing {
        let near: Vec<String> = [earlier, later].iter().flatten().map(ToString::to_string).collect();
        write!(out, "\n- was never published; the nearest: {}", near.join(", "))
    } else if !matches!(standing, Standing::Published(_)) {
        write!(out, "\n- not described here: bodies are compared with {}", standing.serves())
    } else if version.is_preview() {
        write!(out, "\n- a preview: it may change, and it may go")
    } else {
        write!(out, "\n- stable")
    };
    let known = schemas.known_versions(type_name);
    let stable = known.iter().rfind(|version| !version.is_preview()).copied();
    let newest = known.last().copied();
    if stable == Some(version) {
        let _ = write!(out, "\n- the newest stable version");
    } else if let Some(stable) = stable {
        let _ = write!(out, "\n- the newest stable version is {stable}");
    }
    if let Some(newest) = newest.filter(|newest| Some(*newest) != stable && *newest != version) {
        let _ = write!(out, "\n- the newest version is {newest}");
    }
    if let Some(known) = ResourceTypeName::parse(type_name).and_then(|name| name.known()) {
        for line in of_identities(known, standing.serves()) {
            let _ = write!(out, "\n- {line}");
        }
    }
    Some(out)
}

/// What is known of a type, as Markdown.
pub(super) fn of_type(schemas: &Schemas, type_name: &str) -> String {
    let known = schemas.known_versions(type_name);
    let name = schemas.published_name(type_name).unwrap_or(type_name);
    let mut out = format!("**`{name}`**: {} API versions\n", known.len());
    // Writing to a String cannot fail.
    if let Some(stable) = known.iter().rfind(|version| !version.is_preview()) {
        let _ = write!(out, "\n- the newest stable version is {stable}");
    }
    if let Some(newest) = known.last().filter(|version| version.is_preview()) {
        let _ = write!(out, "\n- the newest version is {newest}");
    }
    if let Some(oldest) = known.first() {
        let _ = write!(out, "\n- since {oldest}");
    }
    out
}

/// What a version lets a request say about identities.
fn of_identities(known: ResourceType, version: ApiVersion) -> Vec<&'static str> {
    let Some(row) = published(known).iter().find(|row| row.version == version) else { return Vec::new() };
    if !known.has_identity() {
        return Vec::new();
    }
    let identity = match row.identity {
        IdentityForm::None => "has no identities",
        IdentityForm::SystemOnly => "has the system-assigned identity only",
        IdentityForm::Ids => {
            "writes user-assigned identities as the array `identityIds`, replaced as a whole"
        }
        IdentityForm::Map => {
            "writes user-assigned identities as the map `userAssignedIdentities`, which PATCH merges"
        }
    };
    let patch = if row.patch { None } else { Some("has no PATCH") };
    std::iter::once(identity).chain(patch).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_stands_behind_its_sign() {
        let text = "GET https://management.azure.com/subscriptions/<SUBSCRIPTION ID>/providers/Microsoft.Compute/virtualMachines/v?api-version=2018-06-01&x";
        let at = text.find("06-01").expect("it is there") as u32;
        let place = version_at(text, at).expect("a place");
        assert_eq!(place.text, "2018-06-01");
        assert_eq!(
            place.type_name.map(|it| it.as_str().to_owned()).as_deref(),
            Some("Microsoft.Compute/virtualMachines")
        );
        let place = version_at("é ?Api-Version=", 16).expect("a place");
        assert_eq!((place.text, place.type_name), ("", None));
        assert_eq!(version_at("version=2018-06-01", 10), None);
        assert_eq!(version_at("", 0), None);
    }

    #[test]
    fn stable_versions_come_first() {
        let schemas = Schemas::embedded();
        let all = choices(&schemas, "microsoft.compute/virtualmachines");
        assert_eq!(all[0].1, "the newest stable one");
        assert!(all.last().is_some_and(|(version, says)| version.is_preview() && *says == "preview"));
        assert!(choices(&schemas, "microsoft.web/sites").len() > 10);
        assert!(choices(&schemas, "Contoso.Web/sites").is_empty());
    }

    #[test]
    fn a_version_is_described() {
        let validators = Validators::embedded();
        let says = |text| describe(&validators, "Microsoft.Compute/virtualMachines", text);
        assert!(says("2017-12-01").is_some_and(|it| it.contains("`identityIds`") && it.contains("stable")));
        assert!(
            says("2016-04-30-preview").is_some_and(|it| it.contains("may change") && it.contains("no PATCH"))
        );
        assert!(says("2018-06-02").is_some_and(|it| it.contains("2018-06-01, 2018-10-01")));
        assert_eq!(says("latest"), None);
    }
}
