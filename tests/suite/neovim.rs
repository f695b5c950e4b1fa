//! The real editor: Neovim opens files, shows what is found, fixes it, and follows the names of a template:
//! `tests/lsp/neovim.lua`.

use std::fs;
use std::path::Path;
use std::process::Command;

const TEMPLATE: &str = r#"{
  "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  "contentVersion": "1.0.0.0",
  "parameters": {
    "host": { "type": "string" },
    "zone": { "type": "int", "defaultValue": 1 }
  },
  "variables": { "nic": "[concat('ü😀\"', parameters('host'), '-nic')]" },
  "resources": [
    {
      "type": "Microsoft.Network/networkInterfaces",
      "apiVersion": "2023-09-01",
      "name": "[variables('nic')]",
      "location": "westus",
      "properties": {}
    }
  ]
}
"#;

const VALUES: &str = r#"{
  "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#",
  "contentVersion": "1.0.0.0",
  "parameters": { "host": { "value": "web" } }
}
"#;

#[test]
#[ignore = "needs nvim (0.7 or newer) on the PATH"]
fn neovim_shows_and_fixes_what_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("it is written");
    write(
        "body.json",
        "{\"tags\":{\"ü\":\"😀\"},\"identity\":{\"type\":\"SystemAssigned\",\"UserAssigned\"}}\n",
    );
    write("main.json", TEMPLATE);
    write("main.parameters.json", VALUES);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lsp/neovim.lua");
    let output = Command::new("nvim")
        .args(["--headless", "-u", "NONE", "-i", "NONE", "-n", "-c"])
        .arg(format!("luafile {}", script.display()))
        .env("ARMBODY", env!("CARGO_BIN_EXE_armbody"))
        .env("FOLDER", folder.path())
        .env("XDG_STATE_HOME", folder.path())
        .env("XDG_CACHE_HOME", folder.path())
        .output()
        .expect("nvim runs");
    let told = String::from_utf8_lossy(&output.stdout);
    let wrong = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && !wrong.contains("Error"), "{told}\n{wrong}");
    assert!(told.matches("ok ").count() > 12, "{told}");
}
