// The module in node, as the worker has it in the page.

import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
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

/** Runs the program, in a folder: what it prints, and its exit status. */
export function program(args, input = "", cwd = undefined) {
  const options = { cwd, input, encoding: "utf8", maxBuffer: 1 << 28, env: { ...process.env, SOURCE_DATE_EPOCH: "1798675200" } };
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

/** A folder with an `armbody.toml` in it. */
export function project(config) {
  const folder = mkdtempSync(join(tmpdir(), "armbody-"));
  writeFileSync(join(folder, "armbody.toml"), config);
  return folder;
}

/** The program's language server, as a client that counts bytes and reads Markdown has it. */
export async function languageServer() {
  const child = spawn(process.env.ARMBODY, ["lsp"], { stdio: ["pipe", "pipe", "inherit"] });
  const waiting = new Map();
  let got = Buffer.alloc(0);
  child.stdout.on("data", (bytes) => {
    got = Buffer.concat([got, bytes]);
    for (;;) {
      const end = got.indexOf("\r\n\r\n");
      const length = Number(/Content-Length: (\d+)/i.exec(got.subarray(0, end).toString())?.[1]);
      if (end < 0 || got.length < end + 4 + length) return;
      const message = JSON.parse(got.subarray(end + 4, end + 4 + length).toString());
      got = got.subarray(end + 4 + length);
      waiting.get(message.id)?.(message.result);
      waiting.delete(message.id);
    }
  });
  const send = (message) => {
    const text = JSON.stringify({ jsonrpc: "2.0", ...message });
    child.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  };
  let last = 0;
  const request = (method, params) =>
    new Promise((resolve) => {
      waiting.set(++last, resolve);
      send({ id: last, method, params });
    });
  const capabilities = {
    general: { positionEncodings: ["utf-8"] },
    textDocument: { hover: { contentFormat: ["markdown"] } },
  };
  await request("initialize", { capabilities });
  send({ method: "initialized", params: {} });
  return {
    request,
    open: (uri, languageId, text) =>
      send({ method: "textDocument/didOpen", params: { textDocument: { uri, languageId, version: 1, text } } }),
    stop: () => child.kill(),
  };
}
