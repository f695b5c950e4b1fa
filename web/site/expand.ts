// The tab that expands a deployment template.

import type { Engine } from "./engine";
import { TEMPLATE } from "./examples";
import { type Fields, FormTab, fill, flags } from "./form";
import type { Made } from "./protocol";

const FLAGS = { scope: "--scope", location: "--location", form: "--as", outputs: "--outputs", nested: "--nested" };

export class ExpandTab extends FormTab {
  constructor(private readonly engine: Engine) {
    super("expand", "Requests");
    fill(this.form, { template: TEMPLATE });
  }

  protected async make(fields: Fields): Promise<Made> {
    const { template, parameters, outputs, nested, ...rest } = fields;
    if (!template) return { out: "", notes: ["paste a deployment template"], status: 0 };
    const asked = { ...rest, outputs: outputs === "true", nested: nested === "true" };
    return this.engine.ask("expand", template, parameters ?? "", JSON.stringify(asked));
  }

  protected commandLine(fields: Fields): string {
    const parameters = fields.parameters ? ["--parameters parameters.json"] : [];
    return ["armbody expand template.json", ...parameters, ...flags(fields, FLAGS)].join(" ");
  }
}
