// The library as WebAssembly.

import { readFileSync } from "node:fs";
import { join } from "node:path";

import type * as Glue from "../../../web/target/module/armbody.js";

export type Module = typeof Glue;

let compiled: WebAssembly.Module | undefined;

/** A new instance of the module; `folder` is that of the extension. One in which a fault has been is of no more use. */
export function load(folder: string): Module {
  const dist = join(folder, "dist");
  compiled ??= new WebAssembly.Module(readFileSync(join(dist, "armbody.wasm")));
  // A copy of it makes one instance.
  const path = join(dist, "glue.js");
  delete require.cache[path];
  const glue: Module = require(path);
  glue.initSync({ module: compiled });
  glue.provideTypes(readFileSync(join(dist, "types.pack")));
  return glue;
}

/** The instance that commands use: made for the first of them, and anew after a fault. */
export class Library {
  private module: Module | undefined;

  constructor(private readonly folder: string) {}

  /** Asks a function that answers in JSON. */
  ask<T>(question: (module: Module) => string): T {
    let text: string;
    try {
      this.module ??= load(this.folder);
      text = question(this.module);
    } catch (fault) {
      this.module = undefined;
      throw fault;
    }
    const answer = JSON.parse(text);
    if (typeof answer.error === "string") throw new Error(answer.error);
    return answer as T;
  }

  /** The manual page of a rule. */
  pageOf(rule: string): string {
    this.module ??= load(this.folder);
    return this.module.pageOf(rule);
  }
}
