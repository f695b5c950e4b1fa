//! Everything that the tests ask of the library and of the program, in one program: it is linked once.
//!
//! A test that needs the shared cases (`../shared`, or what `ARMBODY_SHARED` names) or a client is ignored, with what it
//! needs as the reason; `cargo test -- --include-ignored` runs all.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test that cannot go on has failed, and says what it measured"
)]

mod support;

mod adding;
mod arm_facts;
mod arm_laws;
mod arm_recordings;
mod article;
mod at_scale;
mod baseline;
mod bash_fixes;
mod bash_words;
mod binary;
mod campaign;
mod census;
mod ci;
mod cli_lint;
mod cli_lint_more;
mod cmd_runs;
mod cmd_words;
mod commands;
mod config;
mod corpus;
mod declarations;
mod docs;
mod duplicates;
mod evaluated;
mod everyday;
mod evidence;
mod expand;
mod faults;
mod field_templates;
mod files;
mod floors;
mod followed;
mod formats;
mod formats_read;
mod fuzz_short;
mod glue;
mod how_to;
mod inventory;
mod isolation;
mod json_growth;
mod kinds;
mod linear;
mod looked_at;
mod lsp_client;
mod lsp_stdio;
mod memory;
mod mutation_identity;
mod mutation_request;
mod mutation_syntax;
mod neovim;
mod notations_reading;
mod one_text;
mod options;
mod oracle_powershell;
mod packagers;
mod packages;
mod parameters_files;
mod plan;
mod plan_laws;
mod planted;
mod powershell_grammar;
mod precision;
mod provenance;
mod readme;
mod real_az;
mod real_curl;
mod real_http;
mod render;
mod render_forms;
mod request_around;
mod requests;
mod role_forms;
mod round_trip;
mod rule_pages;
mod scenario;
mod schema_agree;
mod schema_bad_input;
mod schema_cli;
mod schema_examples;
mod schema_facts;
mod schema_family;
mod schema_import;
mod schema_mutation;
mod script;
mod secrets;
mod secrets_cli;
mod secrets_matrix;
mod snapshots;
mod steering;
mod stream;
mod supply_chain;
mod suppress;
mod sync;
mod syntax_files;
mod template_cases;
mod template_corpus;
mod template_language;
mod template_mutations;
mod template_random;
mod template_repositories;
mod template_write;
mod types_identity;
mod types_import;
mod types_measured;
mod types_pages;
mod types_scenarios;
mod types_walk;
mod verdicts;
