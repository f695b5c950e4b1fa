// Chromium with the site, and what the tests of it share.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

import { chromium } from "playwright-core";

import { serve } from "./serve.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const FLAGS = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--no-sandbox",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** The site in a browser; `close` ends both. */
export async function open(folder) {
  const site = await serve(folder);
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });
  return {
    url: site.url,
    /** A page of a profile of its own; `faults` are its errors, and what it asked of anybody else. */
    async page(options = {}) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
      await context.grantPermissions(["clipboard-read", "clipboard-write"]);
      const page = await context.newPage();
      const faults = [];
      page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
      page.on("pageerror", (error) => faults.push(String(error)));
      context.on("request", (request) => {
        if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(site.url)) faults.push(request.url());
      });
      return { page, context, faults };
    },
    async close() {
      await browser.close();
      site.stop();
    },
  };
}

/** Waits until `look` gives something in the page. `waitForFunction` needs an `eval` that the site's policy forbids. */
export async function until(page, look, what, patience = 15000) {
  const end = Date.now() + patience;
  for (;;) {
    const found = await page.evaluate(look).catch(() => null);
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** What axe finds in a page, a line each. */
export async function violations(page) {
  // Put in from outside: the site's policy keeps scripts of others away.
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target} ${node.failureSummary}`));
}

/** Puts a text into the clipboard and pastes it over what stands in the editor. */
export async function paste(page, text) {
  await page.evaluate((text) => navigator.clipboard.writeText(text), text);
  await page.click("#editor .cm-content");
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Control+v");
}

export const article = (root) => readFileSync(join(root, "examples/give-a-vm-an-identity.md"), "utf8");
