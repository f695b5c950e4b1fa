// Texts to begin with.

import answer from "../../examples/web-1.answer";
import article from "../../examples/give-a-vm-an-identity.md";
import everyday from "../../examples/everyday.sh";
import template from "../../examples/web-and-storage.json";
import body from "./examples/body.json";
import request from "./examples/request.http";
import script from "./examples/script.ps1";
import type { Kind } from "./kinds";

/** By the values of the list in the page. */
export const EXAMPLES: Record<string, { text: string; kind: Kind }> = {
  article: { text: article, kind: "markdown" },
  body: { text: body, kind: "json" },
  script: { text: script, kind: "powershell" },
  request: { text: request, kind: "http" },
  everyday: { text: everyday, kind: "shell" },
  template: { text: template, kind: "json" },
};

/** What `plan` and `expand` begin with. */
export const ANSWER: string = answer;
export const TEMPLATE: string = template;
