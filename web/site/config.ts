// The pane with the configuration: an `armbody.toml` that the checks and requests of this page go by. One that a link
// brought is shown, and does nothing before somebody has said so.

import { byId, later } from "./dom";
import { Editor } from "./editor";
import type { Engine } from "./engine";
import { placeOf } from "./offsets";
import type { Configured } from "./protocol";

/** What the module is told of the project. */
export interface Project {
  config: string;
  path: string;
}

const NOTHING: Project = { config: "", path: "" };

export class Configuration {
  private readonly editor: Editor;
  private readonly pane = byId("config");
  private readonly button = byId<HTMLButtonElement>("config-open");
  private readonly path = byId<HTMLInputElement>("config-path");
  private readonly state = byId("config-state");
  private readonly offered = byId("config-offered");
  /** It came with a link, and nobody has said yet that it is to be applied. */
  private isOffered = false;
  /** Counts the looks at it: what an older one says is of no more interest. */
  private turn = 0;

  /** `changed` is called when another configuration holds. */
  constructor(
    private readonly engine: Engine,
    private readonly changed: () => void,
  ) {
    const soon = later(200, () => void this.apply());
    this.editor = new Editor(byId("config-editor"), "armbody.toml", {
      changed: () => void (this.isOffered || soon()),
      moved: () => undefined,
      left: () => this.path.focus(),
    });
    this.editor.speak("toml");
    this.path.addEventListener("input", () => void (this.isOffered || soon()));
    this.button.addEventListener("click", () => {
      const isOpen = this.pane.hidden !== false;
      this.open(isOpen);
      if (isOpen) this.editor.focus();
    });
    byId("config-apply").addEventListener("click", () => {
      this.offer(false);
      void this.apply();
      this.editor.focus();
    });
    byId("config-remove").addEventListener("click", () => {
      this.editor.replace("");
      this.path.value = "";
      this.offer(false);
      void this.apply();
      this.editor.focus();
    });
  }

  /** What holds. */
  get project(): Project {
    return this.isOffered ? NOTHING : this.written;
  }

  /** What stands there, for a link. */
  get written(): Project {
    return { config: this.editor.text, path: this.path.value.trim() };
  }

  /** Shows what a link has brought, and applies none of it. */
  bring({ config, path }: Project): void {
    this.editor.replace(config);
    this.path.value = path;
    this.offer(config.trim() !== "" || path !== "");
    this.open(this.isOffered);
    this.editor.mark([]);
    this.say("");
    this.title();
  }

  private offer(isOffered: boolean): void {
    this.isOffered = isOffered;
    this.offered.hidden = !isOffered;
    byId("notice").textContent = isOffered
      ? "This link brought a configuration. It is shown below, and holds only once you apply it."
      : "";
  }

  /** Has the page go by what stands there, and says what is wrong with it. */
  private async apply(): Promise<void> {
    const turn = ++this.turn;
    const text = this.editor.text;
    let configured: Configured;
    try {
      configured = await this.engine.ask("configuration", text);
    } catch (error) {
      if (turn === this.turn) this.say(`Not read: ${(error as Error).message}`);
      return;
    }
    if (turn !== this.turn || this.isOffered) return;
    const { fault, unread } = configured;
    const at = fault ? placeOf(text, fault.line, fault.column) : 0;
    this.editor.mark(
      fault ? [{ from: at, to: Math.min(at + 1, text.length), severity: "error", message: fault.message }] : [],
    );
    if (fault) this.say(fault.message);
    else if (unread.length > 0) this.say(`Applied without what names files, which a page does not have: ${unread.join(", ")}`);
    else this.say(text.trim() === "" ? "" : "Applied");
    this.title(fault !== null);
    this.changed();
  }

  private open(isOpen: boolean): void {
    this.pane.hidden = !isOpen;
    this.button.setAttribute("aria-expanded", String(isOpen));
  }

  private say(text: string): void {
    this.state.textContent = text;
  }

  private title(isWrong = false): void {
    const { config } = this.project;
    const word = isWrong ? ": wrong" : config.trim() === "" ? "" : ": on";
    this.button.textContent = `Configuration${word}`;
  }
}
