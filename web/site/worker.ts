// The module's own thread: a text that takes long, or a fault, holds up nothing but this.

import * as module from "../target/module/armbody.js";
import type { Question, Reply, Start } from "./protocol";

let isStarted = false;

self.addEventListener("message", ({ data }: MessageEvent<Start | Question>) => {
  if ("module" in data) {
    module.initSync({ module: data.module });
    if (data.types) module.provideTypes(new Uint8Array(data.types));
    isStarted = true;
    reply({ id: 0 });
    return;
  }
  if (!isStarted) return;
  try {
    const call = module[data.call] as (...args: string[]) => string;
    reply({ id: data.id, answer: call(...data.args) });
  } catch (fault) {
    // The instance is of no more use; whoever asked starts another.
    reply({ id: data.id, fault: String(fault) });
  }
});

function reply(message: Reply): void {
  self.postMessage(message);
}
