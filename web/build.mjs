// Makes the site in dist/ from the module in target/module/: bundles, names with hashes, the manual, the worker that
// keeps it all. `build` makes the module first.

import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

import { writeManual } from "./docs.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const out = join(here, "dist");
const glue = join(here, "target/module");
const texts = Object.fromEntries([".md", ".json", ".sh", ".ps1", ".http", ".answer"].map((name) => [name, "text"]));

rmSync(out, { recursive: true, force: true });
mkdirSync(out);

/** Writes a file under a name that says what is in it, so that it can be kept for ever. */
function hashed(name, bytes) {
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 16);
  const dot = name.lastIndexOf(".");
  const full = `${name.slice(0, dot)}.${hash}${name.slice(dot)}`;
  writeFileSync(join(out, full), bytes);
  return full;
}

/** One script of all that an entry imports. */
async function bundled(entry, define = {}) {
  const made = await build({
    entryPoints: [join(here, "site", entry)],
    bundle: true,
    minify: true,
    format: "esm",
    target: ["es2022"],
    legalComments: "none",
    write: false,
    loader: texts,
    define: Object.fromEntries(Object.entries(define).map(([name, value]) => [name, JSON.stringify(value)])),
  });
  return made.outputFiles[0].contents;
}

const assets = {
  module: hashed("armbody.wasm", readFileSync(join(glue, "armbody_bg.wasm"))),
  types: hashed("types.pack", readFileSync(join(root, "schemas/types.pack"))),
  worker: hashed("worker.js", await bundled("worker.ts")),
};
const main = hashed("main.js", await bundled("main.ts", { ASSETS: assets }));
const manual = hashed("manual.js", await bundled("manual.ts"));
const style = hashed("site.css", readFileSync(join(here, "site/site.css")));

const page = readFileSync(join(here, "site/index.html"), "utf8");
writeFileSync(join(out, "index.html"), page.replace('"main.js"', `"${main}"`).replace('"site.css"', `"${style}"`));

const pages = writeManual(root, out, { manual, style });
cpSync(join(root, "docs/pictures"), join(out, "docs/pictures"), { recursive: true });

// The types are kept once they are asked for; all else that the playground needs, from the start.
const files = ["./", "index.html", main, style, manual, assets.worker, assets.module];
const version = createHash("sha256").update(readFileSync(join(out, "index.html"))).digest("hex").slice(0, 16);
writeFileSync(join(out, "sw.js"), await bundled("sw.ts", { VERSION: version, FILES: files }));

console.log(`${pages.length} pages of the manual, ${readdirSync(out).length} files and folders in dist`);
