// The module says what the program says: lint over every file at hand, render, plan and expand.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";

import { ask, filesBelow, languageServer, NOW, program, project, root, shared } from "./module.mjs";

const EXTENSIONS = [".md", ".json", ".jsonc", ".sh", ".ps1", ".psm1", ".http", ".rest", ".azcli", ".yml", ".yaml"];

function sameFindings(path) {
  const text = readFileSync(path, "utf8");
  // What is not UTF-8 has no text to give to the module.
  if (text.includes("\ufffd") || text.startsWith("\ufeff")) return 0;
  const name = basename(path);
  const { out } = program(["lint", "-", "--stdin-filename", name, "--format", "json", "--no-config"], text);
  const { findings, error } = ask("check", name, text, { now: NOW });
  assert.equal(error, undefined, path);
  assert.deepEqual(findings, JSON.parse(out), path);
  return 1;
}

test("the module has the version of the program", () => {
  assert.equal(`armbody ${ask("about").version}\n`, program(["--version"]).out);
});

test("findings of the repository's own files", () => {
  const files = ["examples", "docs"].flatMap((folder) => filesBelow(join(root, folder), EXTENSIONS));
  const count = files.reduce((count, path) => count + sameFindings(path), 0);
  assert.ok(count > 100, `${count} files`);
});

for (const folder of ["corpus", "field"]) {
  const path = join(shared, folder);
  test(`findings of ${folder}`, { skip: existsSync(path) ? false : "needs the shared cases" }, (context) => {
    const count = filesBelow(path, EXTENSIONS).reduce((count, path) => count + sameFindings(path), 0);
    context.diagnostic(`${count} files`);
    assert.ok(count > 0);
  });
}

test("fix writes what `lint --fix` writes", () => {
  const path = join(root, "examples/give-a-vm-an-identity.md");
  const text = readFileSync(path, "utf8");
  const { out } = program(["lint", "-", "--stdin-filename", "a.md", "--fix", "--no-config"], text);
  assert.equal(ask("fix", "a.md", text, {}).text, out);
});

test("one fix after the other comes to the same text", () => {
  const text = readFileSync(join(root, "examples/give-a-vm-an-identity.md"), "utf8");
  let one = text;
  for (let count = 0; count < 100; count++) {
    const { findings } = ask("check", "a.md", one, {});
    const index = findings.findIndex(({ fix }) => fix?.safe);
    if (index < 0) break;
    one = ask("fix", "a.md", one, { index }).text;
  }
  assert.equal(one, ask("fix", "a.md", text, {}).text);
});

test("a secret stays in the text and is in nothing else", () => {
  const secret = "Zk7Qx2-vB9_pL4mNw8Rt";
  const text = `curl -X PATCH "https://management.azure.com/subscriptions/x/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v?api-version=2018-06-01" -H "Authorization: Bearer ${secret}" -H "Content-Type: application/json" -d '{"identity":{"type":"systemAssigned",}}'\n`;
  const fixed = ask("fix", "a.sh", text, {});
  assert.ok(fixed.applied > 0 && fixed.text.includes(secret));
  assert.ok(!fixed.diff.includes(secret));
  assert.ok(!JSON.stringify(ask("check", "a.sh", text, {})).includes(secret));
  const masked = ask("masked", "a.sh", text, "");
  assert.ok(masked.secrets > 0 && !masked.text.includes(secret));
});

test("what a template declares as secret is masked in a file of parameters", () => {
  const value = "correct horse battery";
  const parameters = JSON.stringify({ parameters: { phrase: { value }, region: { value: "westeurope" } } });
  const template = JSON.stringify({ parameters: { phrase: { type: "securestring" }, region: { type: "string" } }, resources: [] });
  assert.ok(ask("masked", "text.json", parameters, "").text.includes(value));
  const masked = ask("masked", "text.json", parameters, template);
  assert.ok(masked.secrets === 1 && !masked.text.includes(value) && masked.text.includes("westeurope"), masked.text);
});

test("a language server that was told to go starts anew", () => {
  const send = (message) => ask("message", { jsonrpc: "2.0", ...message });
  const initialize = { method: "initialize", params: { capabilities: {} } };
  for (const id of [1, 2]) {
    const [answer] = send({ id, ...initialize });
    assert.ok(answer.result?.capabilities, JSON.stringify(answer));
    assert.equal(send({ id: id + 10, method: "shutdown" })[0].error, undefined);
    assert.deepEqual(send({ method: "exit" }), []);
  }
});

test("hover says what the program's language server says", async (context) => {
  const languages = { ".md": "markdown", ".json": "json", ".sh": "shellscript", ".ps1": "powershell", ".http": "http" };
  const server = await languageServer();
  const files = ["examples", "web/site/examples"].flatMap((folder) => filesBelow(join(root, folder), Object.keys(languages)));
  const told = {};
  for (const [number, path] of files.entries()) {
    const text = readFileSync(path, "utf8");
    const extension = path.slice(path.lastIndexOf("."));
    // Not a file: nothing stands beside it.
    const uri = `untitled:${number}`;
    server.open(uri, languages[extension], text);
    let start = 0;
    for (const [line, words] of text.split("\n").entries()) {
      const bytes = Buffer.byteLength(words);
      // The options of a marker are those of the command line, which the module has not.
      for (let character = 1; character <= bytes && !words.includes("<!-- armbody"); character += 9) {
        const params = { textDocument: { uri }, position: { line, character } };
        const expected = await server.request("textDocument/hover", params);
        const { said, error } = ask("hover", `text${extension}`, text, { offset: start + character });
        assert.equal(error, undefined);
        assert.equal(said?.markdown, expected?.contents.value, `${path}:${line + 1}:${character}`);
        if (!said) continue;
        told[extension] = (told[extension] ?? 0) + 1;
        const from = expected.range.start;
        assert.equal(said.start, Buffer.byteLength(text.split("\n").slice(0, from.line).join("\n")) + (from.line > 0) + from.character);
      }
      start += bytes + 1;
    }
  }
  server.stop();
  context.diagnostic(`${files.length} files; places with something to say: ${JSON.stringify(told)}`);
  for (const extension of [".md", ".json", ".sh"]) assert.ok(told[extension] > 10, `${extension}: ${told[extension]}`);
});

test("hover knows what an expression gives, and hides what is secret", () => {
  const text = JSON.stringify({
    $schema: "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    contentVersion: "1.0.0.0",
    parameters: { name: { type: "string", defaultValue: "web-ü" }, phrase: { type: "securestring", defaultValue: "open-sesame-9" } },
    resources: [],
    outputs: { a: { type: "string", value: "[concat(parameters('name'), '-nic')]" }, b: { type: "string", value: "[parameters('phrase')]" } },
  });
  const at = (word, more = 0) => Buffer.byteLength(text.slice(0, text.indexOf(word) + more));
  const said = (word) => ask("hover", "text.json", text, { offset: at(word, 2) }).said.markdown;
  assert.match(said("concat("), /value: `"web-ü-nic"`/);
  assert.match(said("name')"), /parameter, string/);
  assert.ok(!said("phrase')]").includes("sesame"));
});

test("hover goes by what a body is said to be for, in the form or in a configuration", () => {
  const body = '{"properties": {"httpsOnly": true}}';
  const hover = (check) => ask("hover", "text.json", body, { check, offset: body.indexOf("httpsOnly") + 2 }).said?.markdown;
  const config = '[[target]]\nfiles = "bodies/*"\ntype = "Microsoft.Web/sites"\nmethod = "PUT"\n';
  assert.match(hover({ type: "Microsoft.Web/sites", method: "PUT" }), /httpsOnly/);
  assert.match(hover({ project: { config, path: "bodies/site.json" } }), /httpsOnly/);
  assert.equal(hover({ project: { config, path: "others/site.json" } }), hover({}));
  assert.equal(hover({ project: { config: '[lint]\nexclude = ["*.json"]' } }), undefined);
  assert.match(ask("check", "a.json", body, { type: "Microsoft.Wb/sites" }).error, /^type: /);
});

const CONFIGS = [
  "",
  '[lint]\nignore = ["identity-type-split"]\n',
  '[lint]\nselect = ["identity-type-spelling", "identity-type-split"]\n',
  '[lint]\nmin-severity = "error"\n',
  '[lint]\nmin-severity = "error"\nfail-on = "warning"\n',
  '[lint]\nseverity = { identity-type-split = "note", placeholder-left = "error" }\n',
  '[lint]\nexclude = ["docs/"]\n',
  '[lint]\npowershell = "5.1"\n',
  '[lint]\npowershell = "7.4"\n',
  '[lint]\nper-file-ignores = { "docs/**" = ["identity-drops"], "*.json#/identity/type" = ["identity-type-split"] }\n',
  '[[target]]\nfiles = "docs/*"\ntype = "vm"\nmethod = "PATCH"\napi-version = "2017-12-01"\n',
  '[[target]]\nfiles = "*.json"\ntype = "Microsoft.Web/sites"\nmethod = "PUT"\n',
  '\ufeff[lint]\nfail-on = "warning"\nformat = "sarif"\ninclude = ["*.yml"]\n',
];

test("a configuration makes of the findings what it makes of the program's", () => {
  const files = ["give-a-vm-an-identity.md", "web-and-storage.json", "compared/quotes.ps1", "everyday.sh"].map((name) => join(root, "examples", name));
  const bodies = ['{"identity":{"type":"SystemAssigned","UserAssigned"}}', '{"identity":{"type":"systemAssigned"},"properties":{"httpsOnly":"yes"}}'];
  const texts = [...files.map((path) => [basename(path), readFileSync(path, "utf8")]), ...bodies.map((text) => ["body.json", text])];
  const seen = new Set();
  for (const config of CONFIGS) {
    const folder = project(config);
    for (const [name, text] of texts) {
      const path = `docs/${name}`;
      const asked = { now: NOW, project: { config, path } };
      const { out } = program(["lint", "-", "--stdin-filename", path, "--format", "json"], text, folder);
      const { findings, isExcluded, error } = ask("check", name, text, asked);
      assert.equal(error, undefined);
      // The program calls the text by its path.
      const expected = JSON.parse(out).map((finding) => ({ ...finding, path: name }));
      assert.deepEqual(findings, expected, `${name} with ${config}`);
      assert.equal(isExcluded, config.includes("exclude"));
      seen.add(`${name} ${JSON.stringify(findings)}`);
      const fixed = program(["lint", "-", "--stdin-filename", path, "--fix"], text, folder).out;
      assert.equal(ask("fix", name, text, { check: asked }).text, fixed, `${name} with ${config}`);
    }
  }
  assert.ok(seen.size > 3 * texts.length, `${seen.size} different reports`);
});

test("a configuration makes of requests what it makes of the program's", () => {
  const config = '[render]\nplaceholders = "shell"\napi-version = "2022-11-01"\n';
  const folder = project(config);
  const { out } = program(["render", "create-both", "--as", "curl"], "", folder);
  assert.equal(ask("render", { scenarios: ["create-both"], form: "curl", config }).out, out);
  assert.notEqual(ask("render", { scenarios: ["create-both"], form: "curl" }).out, out);
  const answer = readFileSync(join(root, "examples/web-1.answer"), "utf8");
  const planned = program(["plan", "--current", "-", "--system", "on", "--as", "curl"], answer, folder).out;
  assert.equal(ask("plan", answer, { system: "on", form: "curl", config }).out, planned);
});

test("what is wrong with a configuration is told as the program tells it, at its place", () => {
  for (const [config, line, column] of [
    ["[lint]\nexclud = []\n", 2, 1],
    ["# ü😀\n[lint]\nignore = ['identity-type-splt']\n", 3, 11],
    ["[lint\n", 1, 6],
    ["[lint]\nexclude = ['a', 'b[']", 2, 17],
  ]) {
    const folder = project(config);
    const { error } = program(["render", "create-both"], "", folder);
    const { fault } = ask("configuration", config);
    assert.deepEqual([fault.line, fault.column], [line, column]);
    assert.equal(`armbody: ${fault.message}\n`, error);
    assert.equal(ask("check", "a.md", "", { project: { config } }).error, fault.message);
    assert.equal(ask("render", { scenarios: ["create-both"], config }).error, fault.message);
  }
  const files = '[lint]\nbaseline = "a.json"\n[render]\ntemplates = "t"\n[schemas]\npacks = ["p"]\n';
  assert.deepEqual(ask("configuration", files), { fault: null, unread: ["baseline", "templates", "schemas"] });
});

test("render writes what the program renders", () => {
  const { scenarios } = ask("about");
  for (const { name } of scenarios) {
    for (const form of ["json", "curl", "az", "powershell", "http", "bicep", "script"]) {
      for (const more of [[], ["--name", "web-1", "-g", "web", "--placeholders", "shell"]]) {
        const { out, error, status } = program(["render", name, "--as", form, "--no-config", ...more]);
        const names = more.length > 0 ? { name: "web-1", resource_group: "web", placeholders: "shell" } : {};
        const made = ask("render", { scenarios: [name], form, ...names });
        if (status === 2) assert.equal(`armbody: ${made.error}\n`, error, `${name} ${form}`);
        else assert.equal(made.out, out, `${name} ${form}`);
      }
    }
  }
});

test("plan writes what the program plans", () => {
  for (const name of ["web-1.answer", "machines.answer"]) {
    const path = join(root, "examples", name);
    const answer = readFileSync(path, "utf8");
    for (const [flags, asked] of [
      [["--system", "on"], { system: "on" }],
      [["--none"], { none: true }],
      [["--system", "on", "--as", "curl"], { system: "on", form: "curl" }],
      [["--system", "on", "--format", "json"], { system: "on", json: true }],
      [["--system", "on", "--show", "states"], { system: "on", show: "states" }],
      [["--remove", "ID9"], { remove: ["ID9"] }],
    ]) {
      const { out, status, error } = program(["plan", "--current", "-", "--no-config", ...flags], answer);
      const made = ask("plan", answer, asked);
      if (made.error) assert.equal(`armbody: ${made.error}\n`, error);
      else assert.deepEqual([made.out, made.status], [out, status], `${name} ${flags.join(" ")}`);
    }
  }
});

test("expand writes what the program expands", () => {
  const path = join(root, "examples/web-and-storage.json");
  const values = join(root, "examples/web-and-storage.parameters.json");
  const [template, parameters] = [path, values].map((path) => readFileSync(path, "utf8"));
  for (const form of ["table", "json", "curl"]) {
    assert.equal(ask("expand", template, "", { form }).out, program(["expand", path, "--as", form]).out);
    assert.equal(
      ask("expand", template, parameters, { form }).out,
      program(["expand", path, "--parameters", values, "--as", form]).out,
    );
  }
});

test("what is asked wrongly is an answer, not a fault", () => {
  assert.match(ask("check", "a.exe", "x", {}).error, /no known kind/);
  assert.match(ask("check", "a.json", "{}", { method: "FETCH" }).error, /method/);
  assert.match(ask("render", { scenarios: ["creat-both"] }).error, /create-both/);
  assert.match(ask("plan", "{", {}).error, /answer/);
  assert.equal(ask("expand", "nothing", "", {}).status, 1);
});

test("hostile texts neither trap nor overflow the stack", () => {
  for (const text of ["{".repeat(200_000), "[".repeat(200_000), "$(".repeat(100_000), `"${"concat(".repeat(50_000)}"`]) {
    for (const name of ["a.json", "a.sh", "a.md", "a.ps1"]) assert.ok(Array.isArray(ask("check", name, text, {}).findings));
  }
});
