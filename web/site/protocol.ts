// What the page and its worker say to each other, and what the module answers.

/** The functions of the module that the page calls: they take texts, and answer in JSON. */
export interface Calls {
  about(): About;
  check(name: string, text: string, asked: string): Checked;
  fix(name: string, text: string, asked: string): Fixed;
  hover(name: string, text: string, asked: string): Hovered;
  configuration(text: string): Configured;
  masked(name: string, text: string, template: string): Masked;
  render(asked: string): Made;
  plan(current: string, asked: string): Made;
  expand(template: string, parameters: string, asked: string): Made;
}

export type Start = { module: WebAssembly.Module; types: ArrayBuffer | null };
export type Question = { id: number; call: keyof Calls; args: string[] };
export type Reply = { id: number; answer?: string; fault?: string };

export interface Place {
  line: number;
  column: number;
  offset: number;
}

/** A finding, as `armbody lint --format json` has it. */
export interface Finding {
  rule: string;
  severity: "error" | "warning" | "note";
  message: string;
  start: Place;
  end: Place;
  labels: { message: string; start: Place; end: Place }[];
  help: string | null;
  fix: { title: string; safe: boolean } | null;
  arm: { code: string; message: string } | null;
}

export interface Checked {
  findings: Finding[];
  leftAlone: boolean;
  /** The configuration leaves the text out. */
  isExcluded: boolean;
  fixable: number;
}

export interface Fixed {
  text: string;
  diff: string;
  applied: number;
}

/** What the language server says of a place; the bytes are those that it is about. */
export interface Hovered {
  said: { markdown: string; start: number; end: number } | null;
}

export interface Configured {
  /** Lines and columns count from 1, columns in characters. */
  fault: { line: number; column: number; message: string } | null;
  /** The keys that name files, which a page does not have. */
  unread: string[];
}

export interface Masked {
  text: string;
  /** How many. */
  secrets: number;
}

export interface Made {
  out: string;
  notes: string[];
  status: number;
}

export interface About {
  version: string;
  rules: { name: string; family: string; severity: string; fixable: string; summary: string }[];
  scenarios: { name: string; method: string | null; says: string; usesIdentities: boolean }[];
}
