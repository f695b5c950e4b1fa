//! A real client from a registry (pytest-lsp) and the server: `tests/lsp/test_client.py`.
//!
//! `ARMBODY_PYTHON` names the Python that has the client; without it the one in `target/clients` is looked for.

use crate::support::needs::python;
use std::path::PathBuf;
use std::process::Command;

#[test]
#[ignore = "needs pytest-lsp"]
fn a_real_client_gets_what_it_asks_for() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(python("pytest_lsp"))
        .args([
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "-o",
            "asyncio_default_fixture_loop_scope=function",
        ])
        .args(["-W", "error::pytest_lsp.LspSpecificationWarning", "tests/lsp"])
        .current_dir(&root)
        .env("ARMBODY", env!("CARGO_BIN_EXE_armbody"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .expect("Python runs");
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
    eprintln!("{}", told.lines().last().unwrap_or_default());
}
