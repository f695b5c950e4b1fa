// The tab that checks a text: squiggles, a list of findings, fixes that are shown before they are made.

import type { Diagnostic } from "@codemirror/lint";

import type { Project } from "./config";
import { byId, later, make } from "./dom";
import { Editor, type Said } from "./editor";
import type { Engine } from "./engine";
import { type Fields, fieldsOf, fill } from "./form";
import { guess, isKind, KINDS, type Kind } from "./kinds";
import { bytesBefore, places } from "./offsets";
import type { Checked, Finding, Fixed } from "./protocol";

const SEVERITIES = { error: "error", warning: "warning", note: "info" } as const;

/** A finding and where it stands in the editor. */
interface Placed {
  finding: Finding;
  from: number;
  to: number;
}

export class CheckTab {
  private readonly editor: Editor;
  private readonly kinds = byId<HTMLSelectElement>("kind");
  private readonly list = byId<HTMLOListElement>("findings");
  private readonly state = byId("state");
  private readonly fixAll = byId<HTMLButtonElement>("fix-all");
  private readonly options = byId<HTMLFormElement>("check-options");
  private readonly diff = byId<HTMLDialogElement>("diff");
  /** The fix that the dialog shows. */
  private offered: { before: string; after: string } | null = null;
  private found: Placed[] = [];
  /** Counts the checks: what an older one says is of no more interest. */
  private turn = 0;
  private kind: Kind = "markdown";

  constructor(
    private readonly engine: Engine,
    private readonly project: () => Project,
  ) {
    const soon = later(80, () => void this.check());
    this.editor = new Editor(byId("editor"), "Text to check", {
      changed: (isPasted) => {
        if (!isPasted) return soon();
        this.become(guess(this.editor.text));
        void this.check();
      },
      moved: (offset) => this.point(offset),
      left: () => (this.list.querySelector("button") ?? byId("undo")).focus(),
      explain: (offset) => this.explained(offset),
    });
    this.kinds.addEventListener("change", () => {
      if (isKind(this.kinds.value)) this.become(this.kinds.value);
      void this.check();
    });
    this.options.addEventListener("input", soon);
    this.options.addEventListener("submit", (event) => event.preventDefault());
    this.fixAll.addEventListener("click", () => void this.offer("Fix all", null));
    byId("undo").addEventListener("click", () => this.editor.undo());
    byId("explain").addEventListener("click", () => {
      this.editor.focus();
      this.editor.explain();
    });
    this.diff.addEventListener("close", () => this.decided());
    this.list.addEventListener("keydown", (event) => this.walk(event));
  }

  get shared(): { kind: Kind; text: string } {
    return { kind: this.kind, text: this.editor.text };
  }

  get name(): string {
    return KINDS[this.kind];
  }

  get fields(): Fields {
    return fieldsOf(this.options);
  }

  /** Shows a text; resolves when it is checked. */
  show(text: string, kind: Kind, fields: Fields): Promise<void> {
    fill(this.options, fields);
    this.become(kind);
    this.editor.replace(text);
    return this.check();
  }

  /** Checks what stands there, and shows what is found. */
  async check(): Promise<void> {
    const turn = ++this.turn;
    const text = this.editor.text;
    const begun = performance.now();
    let checked: Checked;
    try {
      checked = await this.engine.ask("check", this.name, text, JSON.stringify(this.asked()));
    } catch (error) {
      if (turn !== this.turn) return;
      // What was found before is not known to be there any more.
      this.tell([], 0);
      this.say(`Not checked: ${(error as Error).message}`);
      return;
    }
    if (turn !== this.turn) return;
    const { findings } = checked;
    const at = places(text, findings.flatMap((it) => [it.start.offset, it.end.offset]));
    const found = findings.map((finding) => ({
      finding,
      from: at.get(finding.start.offset) ?? 0,
      to: at.get(finding.end.offset) ?? 0,
    }));
    this.tell(found, checked.fixable);
    this.say(summary(checked, text, performance.now() - begun));
  }

  /** Marks and lists what is found. */
  private tell(found: Placed[], fixable: number): void {
    this.found = found;
    this.editor.mark(found.map(diagnostic));
    this.fillList();
    this.fixAll.disabled = fixable === 0;
    this.fixAll.textContent = fixable > 0 ? `Fix all (${fixable})` : "Fix all";
  }

  private asked(): Record<string, unknown> {
    return { ...this.fields, now: Math.floor(Date.now() / 1000), project: this.project() };
  }

  /** What is known of a place in the text. */
  private async explained(unit: number): Promise<Said | null> {
    const text = this.editor.text;
    const asked = JSON.stringify({ check: this.asked(), offset: bytesBefore(text, unit) });
    const { said } = await this.engine.ask("hover", this.name, text, asked).catch(() => ({ said: null }));
    if (!said || this.editor.text !== text) return null;
    const at = places(text, [said.start, said.end]);
    return { from: at.get(said.start) ?? 0, to: at.get(said.end) ?? 0, markdown: said.markdown };
  }

  private become(kind: Kind): void {
    this.kind = kind;
    this.kinds.value = kind;
    this.options.hidden = kind !== "json";
    this.editor.speak(kind);
  }

  private say(text: string): void {
    this.state.textContent = text;
    byId("count").textContent = this.found.length > 0 ? String(this.found.length) : "";
  }

  /** Writes the list anew; whoever stands in it by keyboard stays there. */
  private fillList(): void {
    const at = [...this.list.children].findIndex((item) => item.contains(document.activeElement));
    const kind = document.activeElement?.classList.contains("fix") ? "button.fix" : "button";
    this.list.replaceChildren(...this.found.map((placed, index) => this.item(placed, index)));
    if (at < 0) return;
    const item = this.list.children[Math.min(at, this.found.length - 1)];
    const next = item?.querySelector<HTMLButtonElement>(kind) ?? item?.querySelector("button");
    (next ?? byId("undo")).focus();
  }

  private item({ finding, from, to }: Placed, index: number): HTMLLIElement {
    const { rule, severity, start, message, help, arm, fix } = finding;
    const place = `${start.line}:${start.column}`;
    const button = make(
      "button",
      { type: "button", class: "finding", click: () => this.editor.select(from, to, true) },
      make("span", { class: `severity ${severity}` }, severity),
      " ",
      make("span", { class: "message" }, message),
      " ",
      make("span", { class: "place" }, place),
    );
    const more = make("p", { class: "more" }, make("a", { href: `docs/rules/${rule}.html` }, rule));
    if (help) more.append(`: ${help}`);
    if (arm) more.append(make("span", { class: "arm" }, `Azure answers ${arm.code}: ${arm.message}`));
    const item = make("li", {}, button, more);
    if (fix) {
      const label = fix.safe ? `Fix: ${fix.title}` : `Fix (look at it first): ${fix.title}`;
      item.append(make("button", { type: "button", class: "fix", click: () => void this.offer(label, index) }, label));
    }
    return item;
  }

  /** Shows what a fix changes, and makes it if that is wanted. */
  private async offer(title: string, index: number | null): Promise<void> {
    const asked = JSON.stringify({ check: this.asked(), index });
    const before = this.editor.text;
    let fixed: Fixed;
    try {
      fixed = await this.engine.ask("fix", this.name, before, asked);
    } catch (error) {
      this.say(`Not fixed: ${(error as Error).message}`);
      return;
    }
    // Another was asked for meanwhile, and is shown.
    if (this.diff.open) return;
    this.offered = { before, after: fixed.text };
    byId("diff-title").textContent = title;
    byId("diff-text").replaceChildren(...lines(fixed.diff));
    this.diff.returnValue = "";
    this.diff.showModal();
  }

  /** The dialog is closed: makes the fix that it showed, if the text is still the one that it was shown for. */
  private decided(): void {
    if (this.diff.returnValue !== "apply" || this.editor.text !== this.offered?.before) return;
    this.editor.replace(this.offered.after);
    void this.check();
  }

  /** Marks the finding that the cursor stands in. */
  private point(offset: number): void {
    const at = this.found.findIndex(({ from, to }) => from <= offset && offset <= to);
    for (const [index, item] of [...this.list.children].entries()) item.classList.toggle("here", index === at);
  }

  /** Up and down go from one finding to the next. */
  private walk(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const all = [...this.list.querySelectorAll<HTMLButtonElement>("button.finding")];
    const at = all.indexOf(document.activeElement as HTMLButtonElement);
    if (!step || at < 0) return;
    event.preventDefault();
    all[Math.min(Math.max(at + step, 0), all.length - 1)]?.focus();
  }
}

function diagnostic({ finding, from, to }: Placed): Diagnostic {
  const help = finding.help ? `\n${finding.help}` : "";
  return { from, to, severity: SEVERITIES[finding.severity], source: finding.rule, message: finding.message + help };
}

function summary({ findings, leftAlone, isExcluded }: Checked, text: string, time: number): string {
  const count = (severity: string) => findings.filter((finding) => finding.severity === severity).length;
  const parts = (["error", "warning", "note"] as const)
    .map((severity) => [count(severity), severity] as const)
    .filter(([number]) => number > 0)
    .map(([number, severity]) => `${number} ${severity}${number === 1 ? "" : "s"}`);
  const empty = text.trim() === "" ? "Nothing to check yet" : "Nothing wrong";
  if (isExcluded) return "Not checked: the configuration leaves this text out";
  const none = leftAlone ? "This JSON is not recognized as a request: say below what it is for" : empty;
  return `${parts.join(", ") || none} · ${Math.max(1, Math.round(time))} ms · nothing leaves this page`;
}

/** The lines of a diff, each marked as what it is. */
export function lines(diff: string): Node[] {
  const kinds: Record<string, "ins" | "del"> = { "+": "ins", "-": "del" };
  return diff.split("\n").flatMap((line) => {
    const tag = /^(\+\+\+|---) /.test(line) ? undefined : kinds[line[0] ?? ""];
    return [tag ? make(tag, {}, line) : document.createTextNode(line), document.createTextNode("\n")];
  });
}

