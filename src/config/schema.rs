//! The form of `armbody.toml` as a JSON Schema, for editors.

use serde_json::{Value, json};

use crate::lint::rules;
use crate::notation::PowerShell;
use crate::report::Format;

/// The JSON Schema (draft 7, which editors of TOML read) of the configuration.
pub fn json_schema() -> Value {
    // What a rule was called before is read still.
    let former = rules().flat_map(|rule| rule.former_names().iter().copied());
    let names: Vec<&str> = rules().map(|rule| rule.name).chain(former).collect();
    let powershells = PowerShell::NAMES.map(|(name, _)| name);
    let formats = Format::NAMES.map(|(name, _)| name);
    let version = json!({
        "type": "string",
        "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}(-[A-Za-z]+)?$",
        "examples": ["2024-07-01"]
    });
    let with = |description: &str, mut schema: Value| {
        schema["description"] = json!(description);
        schema
    };
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "armbody.toml",
        "description": "The configuration of armbody.",
        "type": "object",
        "additionalProperties": false,
        "definitions": {
            "rule": { "type": "string", "enum": names },
            "rules": { "type": "array", "items": { "$ref": "#/definitions/rule" } },
            "severity": { "type": "string", "enum": ["error", "warning", "note"] },
            "api-version": version
        },
        "properties": {
            "lint": {
                "description": "What `armbody lint` checks and how.",
                "type": "object",
                "additionalProperties": false,
                "properties": {
                    "include": {
                        "description": "Files that are looked at in folders beside those of the usual kinds, such as YAML; a pattern that names a hidden folder reaches it.",
                        "type": "array",
                        "items": { "type": "string" }
                    },
                    "exclude": {
                        "description": "Files and folders that are left out, also when they are named. Patterns as in a .gitignore.",
                        "type": "array",
                        "items": { "type": "string" }
                    },
                    "select": with("The rules that run; all without it.", json!({ "allOf": [{ "$ref": "#/definitions/rules" }] })),
                    "ignore": with("Rules that are left out.", json!({ "allOf": [{ "$ref": "#/definitions/rules" }] })),
                    "severity": {
                        "description": "Severities other than the rules' own.",
                        "type": "object",
                        "propertyNames": { "$ref": "#/definitions/rule" },
                        "additionalProperties": { "$ref": "#/definitions/severity" }
                    },
                    "fail-on": { "description": "The severity from which a finding fails the run.", "type": "string", "enum": ["error", "warning"] },
                    "min-severity": with(
                        "The severity below which findings are not shown. What fails the run is shown in any case.",
                        json!({ "allOf": [{ "$ref": "#/definitions/severity" }] })
                    ),
                    "baseline": { "description": "The file with the findings that are known.", "type": "string" },
                    "format": { "description": "The form of the report, for runs from this folder or below.", "type": "string", "enum": formats },
                    "powershell": {
                        "description": "The PowerShell that scripts are for, where versions differ in what is sent: 5.1 (Windows PowerShell), 7.2 (PowerShell up to 7.2) or 7.4 (from 7.4 on). Without it, what some of them do is a note.",
                        "type": "string",
                        "enum": powershells
                    },
                    "per-file-ignores": {
                        "description": "Rules that are left out in some files; after `#`, a JSON pointer to the one place that is meant.",
                        "type": "object",
                        "additionalProperties": { "$ref": "#/definitions/rules" }
                    }
                }
            },
            "target": {
                "description": "What bodies that stand alone in JSON files are for. Of two that speak of a file, the later one counts.",
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["files"],
                    "additionalProperties": false,
                    "properties": {
                        "files": { "description": "A pattern as in a .gitignore.", "type": "string" },
                        "type": {
                            "description": "The resource type: vm, vmss, identity or its full name.",
                            "type": "string",
                            "examples": ["vm", "vmss", "identity"]
                        },
                        "method": { "description": "The method.", "type": "string", "examples": ["PUT", "PATCH"] },
                        "api-version": with("The API version.", json!({ "allOf": [{ "$ref": "#/definitions/api-version" }] }))
                    }
                }
            },
            "render": {
                "description": "How requests are written.",
                "type": "object",
                "additionalProperties": false,
                "properties": {
                    "placeholders": {
                        "description": "How blanks are spelt: <SUBSCRIPTION ID>, $SUBSCRIPTION_ID or {subscriptionId}.",
                        "type": "string",
                        "enum": ["angle", "shell", "braces"]
                    },
                    "api-version": with("The API version.", json!({ "allOf": [{ "$ref": "#/definitions/api-version" }] })),
                    "templates": { "description": "The folder with templates of your own.", "type": "string" }
                }
            },
            "schemas": {
                "description": "Schemas beside those in the program.",
                "type": "object",
                "additionalProperties": false,
                "properties": {
                    "folders": {
                        "description": "Folders that `armbody schema import` wrote.",
                        "type": "array",
                        "items": { "type": "string" }
                    },
                    "packs": {
                        "description": "Packs of types that `armbody schema import --bicep-types` wrote.",
                        "type": "array",
                        "items": { "type": "string" }
                    }
                }
            }
        }
    })
}
