// The module in node, as the worker has it in the page.

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import * as module from "../target/module/armbody.js";

export const web = fileURLToPath(new URL("..", import.meta.url));
export const root = join(web, "..");
export const shared = process.env.ARMBODY_SHARED ?? join(root, "../shared");

module.initSync({ module: readFileSync(join(web, "target/module/armbody_bg.wasm")) });
if (!module.provideTypes(readFileSync(join(root, "schemas/types.pack")))) throw new Error("types came too late");

/** Asks a function of the module; `asked` may be left out. */
export function ask(call, ...args) {
  return JSON.parse(module[call](...args.map((arg) => (typeof arg === "string" ? arg : JSON.stringify(arg)))));
}

/** Runs the program: what it prints, and its exit status. */
export function program(args, input = "") {
  const options = { input, encoding: "utf8", maxBuffer: 1 << 28, env: { ...process.env, SOURCE_DATE_EPOCH: "1798675200" } };
  try {
    return { out: execFileSync(process.env.ARMBODY, args, { ...options, stdio: "pipe" }), status: 0, error: "" };
  } catch ({ stdout, stderr, status }) {
    return { out: stdout, status, error: stderr };
  }
}

/** The moment that `program` runs at. */
export const NOW = 1798675200;

/** Files below a folder whose names end in one of `extensions`. */
export function filesBelow(folder, extensions) {
  return readdirSync(folder)
    .sort()
    .map((name) => join(folder, name))
    .flatMap((path) => {
      if (statSync(path).isDirectory()) return filesBelow(path, extensions);
      return extensions.some((extension) => path.endsWith(extension)) ? [path] : [];
    });
}
