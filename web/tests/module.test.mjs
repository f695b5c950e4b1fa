// The module says what the program says: lint over every file at hand, render, plan and expand.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";

import { ask, filesBelow, NOW, program, root, shared } from "./module.mjs";

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
