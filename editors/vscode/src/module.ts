// The library as WebAssembly, loaded once.

import { readFileSync } from "node:fs";
import { join } from "node:path";

import * as glue from "../../../web/target/module/armbody.js";

let isLoaded = false;

/** The module; `folder` is that of the extension. */
export function load(folder: string): typeof glue {
  if (!isLoaded) {
    glue.initSync({ module: readFileSync(join(folder, "dist/armbody.wasm")) });
    glue.provideTypes(readFileSync(join(folder, "dist/types.pack")));
    isLoaded = true;
  }
  return glue;
}

/** Asks a function that answers in JSON. */
export function answer<T>(text: string): T {
  const answer = JSON.parse(text);
  if (typeof answer.error === "string") throw new Error(answer.error);
  return answer as T;
}
