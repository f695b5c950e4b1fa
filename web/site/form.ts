// A tab that is a form: its fields are the words of a command, and what the command makes stands beside it.

import { byId, copies, later, make } from "./dom";
import type { Made } from "./protocol";

export type Fields = Record<string, string>;

/** What stands in the fields that say something; a box that is ticked says `true`. */
export function fieldsOf(form: HTMLFormElement): Fields {
  const fields: Fields = {};
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string" && value.trim() !== "") fields[name] = value;
  }
  return fields;
}

/** Puts values into the fields of these names. */
export function fill(form: HTMLFormElement, fields: Fields): void {
  for (const control of form.elements) {
    if (control instanceof HTMLInputElement && (control.type === "checkbox" || control.type === "radio")) {
      control.checked = fields[control.name] === control.value;
    } else if (
      control instanceof HTMLInputElement ||
      control instanceof HTMLSelectElement ||
      control instanceof HTMLTextAreaElement
    ) {
      if (control.name in fields) control.value = fields[control.name] as string;
    }
  }
}

/** The words of a field, one a line or between blanks. */
export function words(text: string | undefined): string[] {
  return (text ?? "").split(/\s+/).filter((word) => word !== "");
}

/** A word as a POSIX shell takes it. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** The words of a command line: those flags whose fields say something. */
export function flags(fields: Fields, names: Record<string, string>): string[] {
  return Object.entries(names).flatMap(([field, flag]) => {
    const value = fields[field];
    if (value === undefined) return [];
    return value === "true" ? [flag] : [flag, ...words(value).map(quoted)];
  });
}

export abstract class FormTab {
  protected readonly form: HTMLFormElement;
  private readonly out: HTMLElement;
  private readonly notes: HTMLElement;
  private readonly line: HTMLElement;
  private turn = 0;

  constructor(private readonly tab: string) {
    this.form = byId<HTMLFormElement>(`${tab}-form`);
    this.out = byId(`${tab}-out`);
    this.notes = byId(`${tab}-notes`);
    this.line = byId(`${tab}-line`);
    const soon = later(80, () => void this.run());
    this.form.addEventListener("input", soon);
    this.form.addEventListener("submit", (event) => event.preventDefault());
    copies(byId<HTMLButtonElement>(`${tab}-copy`), () => this.out.textContent ?? "");
  }

  get fields(): Fields {
    return fieldsOf(this.form);
  }

  show(fields: Fields): void {
    fill(this.form, fields);
    void this.run();
  }

  /** Asks for what the fields say, and shows it. */
  async run(): Promise<void> {
    const turn = ++this.turn;
    const fields = this.fields;
    this.line.textContent = this.commandLine(fields);
    let made: Made;
    try {
      made = await this.make(fields);
    } catch (error) {
      made = { out: "", notes: [(error as Error).message], status: 2 };
    }
    if (turn !== this.turn) return;
    this.out.textContent = made.out;
    this.notes.replaceChildren(...made.notes.flatMap((note) => note.split("\n")).map((note) => make("li", {}, note)));
    byId(this.tab).dataset.status = String(made.status);
  }

  protected abstract make(fields: Fields): Promise<Made>;
  protected abstract commandLine(fields: Fields): string;
}
