// What the site may weigh.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { brotliCompressSync, constants } from "node:zlib";

import { article } from "./browser.mjs";
import { ask, root, web } from "./module.mjs";

const budget = JSON.parse(readFileSync(join(web, "budget.json"), "utf8"));
const dist = join(web, "dist");
const read = (name) => readFileSync(join(dist, readdirSync(dist).find((file) => file.startsWith(name))));
const packed = (bytes) =>
  brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 } }).length;

test("sizes", (context) => {
  const module = read("armbody.");
  const sizes = {
    module: module.length,
    "module, brotli": packed(module),
    types: read("types.").length,
    "scripts, brotli": packed(read("main.")) + packed(read("worker.")) + packed(read("site.")),
  };
  for (const [what, size] of Object.entries(sizes)) context.diagnostic(`${what}: ${size}`);
  assert.ok(sizes.module <= budget.module.bytes);
  assert.ok(sizes["module, brotli"] <= budget.module.brotli);
  assert.ok(sizes.types <= budget.types.bytes);
  assert.ok(sizes["scripts, brotli"] <= budget.scripts.brotli);
});

test("a check of the article", (context) => {
  const text = article(root);
  const times = Array.from({ length: 20 }, () => {
    const begun = performance.now();
    ask("check", "a.md", text, {});
    return performance.now() - begun;
  }).sort((a, b) => a - b);
  context.diagnostic(`median ${times[10].toFixed(1)} ms`);
  assert.ok(times[10] <= budget.check.milliseconds);
});
