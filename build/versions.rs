//! The table of published versions, made of the catalogue.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Year, month, day, and how far along.
type Version = (u16, u8, u8, usize);

/// The rows of each type, by version.
#[derive(Default)]
pub(crate) struct Published(BTreeMap<String, BTreeMap<Version, String>>);

/// How far along a version is, in the order in which versions of one date supersede each other.
const STAGES: [(&str, &str); 5] = [
    ("alpha", "Alpha"),
    ("beta", "Beta"),
    ("privatepreview", "PrivatePreview"),
    ("preview", "Preview"),
    ("", "Stable"),
];

/// What the catalogue says of a version's `identity`, and its name in code.
const FORMS: [(&str, &str); 4] = [("none", "None"), ("system", "SystemOnly"), ("ids", "Ids"), ("map", "Map")];

impl Published {
    /// Adds a line of the catalogue.
    pub(crate) fn add(
        &mut self,
        resource_type: &str,
        version: &str,
        methods: &str,
        identity: &str,
    ) -> Result<(), String> {
        let wrong = |what: &str| format!("schemas/catalogue.tsv: {resource_type} {version}: {what}");
        let mut parts = version.splitn(4, '-');
        let mut number = || parts.next().and_then(|part| part.parse::<u16>().ok());
        let (Some(year), Some(month), Some(day)) = (number(), number(), number()) else {
            return Err(wrong("not a date"));
        };
        let (month, day) = (u8::try_from(month), u8::try_from(day));
        let (Ok(month), Ok(day)) = (month, day) else { return Err(wrong("not a date")) };
        let suffix = parts.next().unwrap_or_default();
        let stage = STAGES.iter().position(|(known, _)| *known == suffix);
        let stage = stage.ok_or_else(|| wrong("not a suffix of a version"))?;
        let form = FORMS.iter().find(|(known, _)| *known == identity);
        let (_, form) = form.ok_or_else(|| wrong("the last column is none, system, ids or map"))?;
        let patch = methods.split(',').any(|method| method == "PATCH");
        let row = format!(
            "PublishedVersion {{ version: ApiVersion::new({year}, {month}, {day}, Stage::{}), patch: {patch}, \
             identity: IdentityForm::{form} }}",
            STAGES[stage].1
        );
        self.0.entry(resource_type.to_owned()).or_default().insert((year, month, day, stage), row);
        Ok(())
    }

    /// The table as code.
    pub(crate) fn table(&self) -> String {
        let mut code = String::from("/// Types, each with its versions, oldest first.\n");
        code.push_str("pub(super) static PUBLISHED: &[(&str, &[PublishedVersion])] = &[\n");
        for (resource_type, rows) in &self.0 {
            let rows: Vec<&str> = rows.values().map(String::as_str).collect();
            // Writing to a string does not fail.
            let _ =
                writeln!(code, "    ({resource_type:?}, &[\n        {},\n    ]),", rows.join(",\n        "));
        }
        code.push_str("];\n");
        code
    }
}
