// The tab that plans: from what a machine has to what it is to have.

import { byId, make } from "./dom";
import type { Engine } from "./engine";
import { ANSWER } from "./examples";
import { type Fields, FormTab, fill, flags, words } from "./form";
import type { Made } from "./protocol";

const FLAGS = {
  system: "--system",
  add: "--add",
  remove: "--remove",
  none: "--none",
  minimal: "--minimal",
  undo: "--undo",
  form: "--as",
  api_version: "--api-version",
  placeholders: "--placeholders",
};

interface Identities {
  systemAssigned: boolean;
  userAssignedIdentities: string[];
}

/** A machine of the answer, as `armbody plan --format json` has it. */
interface Machine {
  name: string;
  status: "changed" | "unchanged" | "refused";
  reason?: string;
  before?: Identities;
  after?: Identities;
}

export class PlanTab extends FormTab {
  /** The identities that can be ticked, so that the boxes stay while the rest is edited. */
  private offered = "";
  private readonly boxes = byId("plan-identities");
  private readonly remove = byId<HTMLInputElement>("plan-remove");

  constructor(
    private readonly engine: Engine,
    private readonly config: () => string,
  ) {
    super("plan", "Request");
    fill(this.form, { current: ANSWER });
  }

  protected async make(fields: Fields): Promise<Made> {
    const { current, add, none, minimal, undo, system, ...rest } = fields;
    if (!current) return { out: "", notes: ["paste what GET, az vm show or Get-AzVM returned"], status: 0 };
    const before = await this.machines(current, {});
    const asked = {
      ...rest,
      system,
      add: words(add),
      remove: this.offer(before),
      none: none === "true",
      minimal: minimal === "true",
      undo: undo === "true",
      config: this.config(),
    };
    const after = await this.machines(current, asked).catch(() => []);
    byId("plan-states").replaceChildren(...after.map(states));
    return this.engine.ask("plan", current, JSON.stringify({ ...asked, pretty: true }));
  }

  protected commandLine(fields: Fields): string {
    return ["armbody plan --current answer.json", ...flags(fields, FLAGS)].join(" ");
  }

  private async machines(current: string, asked: object): Promise<Machine[]> {
    const made = await this.engine.ask("plan", current, JSON.stringify({ ...asked, json: true }));
    return JSON.parse(made.out);
  }

  /**
   * Boxes for the user-assigned identities: one that is not ticked is taken away. Gives those; what was taken from
   * another machine is forgotten.
   */
  private offer(machines: Machine[]): string[] {
    const ids = [...new Set(machines.flatMap((machine) => machine.before?.userAssignedIdentities ?? []))];
    const removed = words(this.remove.value).filter((id) => ids.includes(id));
    this.remove.value = removed.join(" ");
    if (this.offered !== ids.join()) {
      this.offered = ids.join();
      const box = (id: string) => make("input", { type: "checkbox", "data-id": id, input: () => this.takeAway() });
      const label = (id: string) => make("label", { title: id }, box(id), ` ${shortName(id)}`);
      this.boxes.replaceChildren(...ids.map(label));
    }
    for (const box of this.boxes.querySelectorAll("input")) box.checked = !removed.includes(box.dataset.id ?? "");
    return removed;
  }

  /** Writes down which boxes are not ticked. */
  private takeAway(): void {
    const boxes = this.boxes.querySelectorAll<HTMLInputElement>("input:not(:checked)");
    this.remove.value = [...boxes].map((box) => box.dataset.id).join(" ");
  }
}

function shortName(id: string): string {
  return id.slice(id.lastIndexOf("/") + 1);
}

/** What a machine has before and after. */
function states(machine: Machine): HTMLElement {
  const { name, before, after, reason } = machine;
  if (!before || !after) return make("p", { class: "refused" }, `${name}: ${reason ?? "refused"}`);
  const rows = [row("system-assigned", before.systemAssigned, after.systemAssigned)];
  for (const id of new Set([...before.userAssignedIdentities, ...after.userAssignedIdentities])) {
    const [had, has] = [before, after].map((state) => state.userAssignedIdentities.includes(id));
    rows.push(row(shortName(id), had === true, has === true));
  }
  const head = ["Identity", "Before", "After", "Change"].map((cell) => make("th", { scope: "col" }, cell));
  return make(
    "table",
    {},
    make("caption", {}, name),
    make("thead", {}, make("tr", {}, ...head)),
    make("tbody", {}, ...rows.filter((row) => row !== null)),
  );
}

function row(name: string, had: boolean, has: boolean): HTMLTableRowElement | null {
  if (!had && !has) return null;
  const what = had === has ? "stays" : has ? "comes" : "goes";
  const cells = [had ? "yes" : "no", has ? "yes" : "no", what].map((cell) => make("td", {}, cell));
  return make("tr", { class: what }, make("th", { scope: "row" }, name), ...cells);
}
