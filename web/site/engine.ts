// Asks the module, which runs in a worker. One that takes longer than five seconds is stopped, and another started.

import type { Calls, Reply, Start } from "./protocol";

/** What no text that a person works on takes. */
const PATIENCE = 5000;

type Waiting = { resolve: (answer: string) => void; reject: (error: Error) => void };

export class Engine {
  private worker: Worker;
  private ready: Promise<void>;
  private last = 0;
  private waiting = new Map<number, Waiting>();
  private types: ArrayBuffer | null = null;

  private constructor(
    private readonly module: WebAssembly.Module,
    private readonly url: string,
  ) {
    [this.worker, this.ready] = this.start();
  }

  /** Loads the module once; workers share what was compiled. */
  static async load(moduleUrl: string, workerUrl: string): Promise<Engine> {
    const response = await fetch(moduleUrl);
    if (!response.ok) throw new Error(`${moduleUrl}: ${response.status}`);
    return new Engine(await WebAssembly.compile(await response.arrayBuffer()), workerUrl);
  }

  /** Calls the module; what it refuses is an error. */
  async ask<C extends keyof Calls>(call: C, ...args: Parameters<Calls[C]>): Promise<ReturnType<Calls[C]>> {
    await this.ready;
    const id = ++this.last;
    const worker = this.worker;
    const text = await new Promise<string>((resolve, reject) => {
      const timer = setTimeout(() => this.restart("stopped: it took longer than 5 seconds"), PATIENCE);
      const done = <V>(end: (value: V) => void) => (value: V) => {
        clearTimeout(timer);
        end(value);
      };
      this.waiting.set(id, { resolve: done(resolve), reject: done(reject) });
      // Half of a pair of surrogates is no text: it would not reach the module.
      worker.postMessage({ id, call, args: args.map((arg) => wellFormed(arg)) });
    });
    const answer = JSON.parse(text);
    if (typeof answer.error === "string") throw new Error(answer.error);
    return answer as ReturnType<Calls[C]>;
  }

  /** Gives the module the types of all services: those that are asked from now on know them. */
  async provideTypes(types: ArrayBuffer): Promise<void> {
    this.types = types;
    const [worker, ready] = this.start();
    await ready;
    const old = this.worker;
    this.worker = worker;
    this.ready = ready;
    // What the old one was asked, it still answers.
    setTimeout(() => old.terminate(), PATIENCE);
  }

  private start(): [Worker, Promise<void>] {
    const worker = new Worker(this.url, { type: "module" });
    const ready = new Promise<void>((resolve, reject) => {
      worker.addEventListener("error", () => reject(new Error("its worker did not start")));
      worker.addEventListener("message", ({ data }: MessageEvent<Reply>) => {
        if (data.id === 0) resolve();
        else this.settle(data);
      });
    });
    const start: Start = { module: this.module, types: this.types };
    worker.postMessage(start);
    return [worker, ready];
  }

  private settle({ id, answer, fault }: Reply): void {
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    if (answer !== undefined) waiting?.resolve(answer);
    else if (fault !== undefined) {
      waiting?.reject(new Error(`a fault of the program: ${fault}`));
      this.restart("a fault of the program stopped it");
    }
  }

  private restart(why: string): void {
    this.worker.terminate();
    [this.worker, this.ready] = this.start();
    for (const waiting of this.waiting.values()) waiting.reject(new Error(why));
    this.waiting.clear();
  }
}

function wellFormed(text: string): string {
  return text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd");
}
