// The tab that writes the requests of scenarios.

import { byId, make } from "./dom";
import type { Engine } from "./engine";
import { type Fields, FormTab, flags, words } from "./form";
import type { About, Made } from "./protocol";

const FLAGS = {
  type: "--type",
  form: "--as",
  api_version: "--api-version",
  subscription: "--subscription",
  resource_group: "-g",
  name: "--name",
  identities: "--identity",
  placeholders: "--placeholders",
  pretty: "--pretty",
  multiline: "--multiline",
};

export class RenderTab extends FormTab {
  constructor(
    private readonly engine: Engine,
    about: About,
    private readonly config: () => string,
  ) {
    super("render", "Request");
    const names = about.scenarios.map(({ name, method, says }) =>
      make("option", { value: name }, `${name}: ${method ? `${method} ` : ""}${says}`),
    );
    byId("scenario").replaceChildren(...names);
  }

  protected make(fields: Fields): Promise<Made> {
    const { scenario, identities, pretty, multiline, ...rest } = fields;
    const asked = {
      ...rest,
      scenarios: words(scenario),
      identities: words(identities),
      pretty: pretty === "true",
      multiline: multiline === "true",
      config: this.config(),
    };
    return this.engine.ask("render", JSON.stringify(asked));
  }

  protected commandLine(fields: Fields): string {
    return ["armbody render", fields.scenario ?? "", ...flags(fields, FLAGS)].join(" ");
  }
}
