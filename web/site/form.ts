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

/** Has the form say this and nothing else: a field without a value is empty, a list stands at its first entry. */
export function fill(form: HTMLFormElement, fields: Fields): void {
  for (const control of form.elements) {
    if (control instanceof HTMLInputElement && control.type === "checkbox") {
      control.checked = fields[control.name] === control.value;
    } else if (control instanceof HTMLInputElement || control instanceof HTMLTextAreaElement) {
      control.value = fields[control.name] ?? "";
    } else if (control instanceof HTMLSelectElement) {
      control.value = fields[control.name] ?? "";
      if (control.selectedIndex < 0) control.selectedIndex = 0;
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
  /** Counts the runs: what an older one made is of no more interest. */
  private turn = 0;

  /** `tab` is the id of its section; `title` stands above what is made. */
  constructor(
    private readonly tab: string,
    title: string,
  ) {
    this.form = byId<HTMLFormElement>(`${tab}-form`);
    const pane = (name: string, label: string) =>
      make("pre", { id: `${tab}-${name}`, tabindex: "0", role: "group", "aria-label": label });
    this.out = pane("out", `The ${title.toLowerCase()}`);
    this.notes = make("ul", { id: `${tab}-notes`, class: "notes", "aria-live": "polite" });
    this.line = pane("line", "Command line");
    const copy = make("button", { type: "button", id: `${tab}-copy` }, "Copy");
    byId(`${tab}-result`).append(
      make("div", { class: "bar" }, make("h2", {}, title), copy),
      this.out,
      this.notes,
      make("h3", {}, "The same on the command line"),
      this.line,
    );
    const soon = later(80, () => void this.run());
    this.form.addEventListener("input", soon);
    this.form.addEventListener("submit", (event) => event.preventDefault());
    copies(copy, () => this.out.textContent ?? "");
  }

  get fields(): Fields {
    return fieldsOf(this.form);
  }

  /** Fills the form; resolves when what it says is made. */
  show(fields: Fields): Promise<void> {
    fill(this.form, fields);
    return this.run();
  }

  /** Asks for what the fields say, and shows it. */
  async run(): Promise<void> {
    const turn = ++this.turn;
    let made: Made;
    try {
      made = await this.make(this.fields);
    } catch (error) {
      made = { out: "", notes: [(error as Error).message], status: 2 };
    }
    if (turn !== this.turn) return;
    this.line.textContent = this.commandLine(this.fields);
    this.out.textContent = made.out;
    this.notes.replaceChildren(...made.notes.flatMap((note) => note.split("\n")).map((note) => make("li", {}, note)));
    byId(this.tab).dataset.status = String(made.status);
  }

  protected abstract make(fields: Fields): Promise<Made>;
  protected abstract commandLine(fields: Fields): string;
}
