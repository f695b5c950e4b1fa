// What the page and its worker say to each other, and what the module answers.

/** The functions of the module that the page calls, with their arguments. */
export interface Calls {
  about: [];
  check: [name: string, text: string, asked: string];
  fix: [name: string, text: string, asked: string];
  masked: [name: string, text: string];
  render: [asked: string];
  plan: [current: string, asked: string];
  expand: [template: string, parameters: string, asked: string];
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
  fixable: number;
}

export interface Fixed {
  text: string;
  diff: string;
  applied: number;
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
