#!/usr/bin/env bash
# What others say of examples/compared: shellcheck (Debian), checkov (PyPI), and the JSON service of Visual Studio Code
# (npm: vscode-json-languageservice, vscode-languageserver-textdocument; NODE_PATH names their folder). One that is not
# there is said to be missing.
set -uo pipefail
cd "$(dirname "$0")/../examples/compared" || exit

has() { command -v "$1" >/dev/null || { echo "  $1 is missing"; return 1; }; }

for file in *; do
  echo "$file"
  case $file in
    *.sh)
      has shellcheck && { shellcheck --format gcc "$file" | sed 's/^/  shellcheck: /' | grep . || echo "  shellcheck: nothing"; }
      ;;
    *.json)
      has node && node - "$file" <<'JS'
const { readFileSync } = require("node:fs");
const { getLanguageService } = require("vscode-json-languageservice");
const { TextDocument } = require("vscode-languageserver-textdocument");
const [, , file] = process.argv;
const service = getLanguageService({ schemaRequestService: async () => "{}" });
service.configure({ validate: true });
const document = TextDocument.create(`file:///${file}`, "json", 1, readFileSync(file, "utf8"));
service.doValidation(document, service.parseJSONDocument(document)).then((found) => {
  for (const { message } of found) console.log(`  JSON service: ${message}`);
  if (found.length === 0) console.log("  JSON service: nothing");
});
JS
      ;;
  esac
  has checkov && checkov --quiet --compact --framework arm --file "$file" --output json 2>/dev/null |
    python3 -c '
import json, sys
text = sys.stdin.read().strip()
found = json.loads(text) if text else {}
failed = found.get("results", {}).get("failed_checks", []) if isinstance(found, dict) else []
print("\n".join("  checkov: " + check["check_name"] for check in failed) or "  checkov: nothing")'
done
