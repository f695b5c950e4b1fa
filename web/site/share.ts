// The state of the page as a fragment of its address, which no server sees: `#1.` and base64url of deflated JSON.
// A later format gets another number; links of this one stay readable.

import type { Project } from "./config";
import { isKind, type Kind } from "./kinds";

/** What a link may hold, in bytes: more is not a text that somebody wrote. */
const MAX_INFLATED = 1 << 20;

export const TABS = ["check", "render", "plan", "expand"] as const;
export type Tab = (typeof TABS)[number];

/** What a link holds. */
export interface Shared {
  tab: Tab;
  kind?: Kind;
  text?: string;
  /** The fields of the tab's form, by name. */
  fields?: Record<string, string>;
  /** What the project says: shown first, and applied only on a click. */
  project?: Project;
}

/** The fragment that holds it. What {@link fromFragment} would refuse is an error. */
export async function toFragment(shared: Shared): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(shared));
  if (bytes.length > MAX_INFLATED) throw new Error("a link holds no more than 1 MB");
  const packed = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  return `#1.${toBase64Url(new Uint8Array(await new Response(packed).arrayBuffer()))}`;
}

/** What a fragment says; `null` if it is none of ours. A damaged one is an error. */
export async function fromFragment(fragment: string): Promise<Shared | null> {
  const found = /^#(\d+)\.([\w-]*)$/.exec(fragment);
  if (!found) return null;
  if (found[1] !== "1") throw new Error("this link was made by a later version of this page");
  const text = await inflated(fromBase64Url(found[2] ?? ""));
  return understood(JSON.parse(text));
}

async function inflated(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > MAX_INFLATED) {
      await reader.cancel();
      throw new Error("this link holds more than 1 MB");
    }
    parts.push(value);
  }
  return new Blob(parts).text();
}

/** Takes nothing but what is known: a link is written by anybody. */
function understood(value: unknown): Shared {
  const is = (it: unknown): it is Record<string, unknown> => typeof it === "object" && it !== null;
  if (!is(value)) throw new Error("this link holds something else");
  const tab = TABS.find((tab) => tab === value.tab) ?? "check";
  const shared: Shared = { tab };
  if (isKind(value.kind)) shared.kind = value.kind;
  if (typeof value.text === "string") shared.text = value.text;
  if (is(value.fields)) {
    const texts = Object.entries(value.fields).filter((field): field is [string, string] => typeof field[1] === "string");
    shared.fields = Object.fromEntries(texts);
  }
  if (is(value.project)) {
    const { config, path } = value.project;
    const word = (it: unknown): string => (typeof it === "string" ? it : "");
    shared.project = { config: word(config), path: word(path) };
  }
  return shared;
}

function toBase64Url(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}
