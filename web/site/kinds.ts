// What a text is: the module goes by the extension of a name.

export const KINDS = {
  markdown: "text.md",
  json: "text.json",
  shell: "text.sh",
  powershell: "text.ps1",
  http: "text.http",
  yaml: "text.yml",
} as const;

export type Kind = keyof typeof KINDS;

export function isKind(word: unknown): word is Kind {
  return typeof word === "string" && word in KINDS;
}

/** What a text that was pasted looks like. */
export function guess(text: string): Kind {
  const start = text.trimStart();
  if (/^[{[]/.test(start)) return "json";
  if (/^ {0,3}(```|~~~|#{1,6} )/m.test(text) && !/^#!/.test(start)) return "markdown";
  if (/^(GET|PUT|PATCH|POST|DELETE|HEAD) +(https?:|\/|\{\{)/m.test(text)) return "http";
  if (/\b(Invoke-(AzRestMethod|RestMethod|WebRequest)|(Get|New|Set|Update)-Az\w+)\b/.test(text)) return "powershell";
  if (/^(#!|\$ |(sudo +)?(curl|az|wget)\b)/m.test(text)) return "shell";
  if (/^(trigger|jobs|steps|stages|on|name):/m.test(text)) return "yaml";
  return "markdown";
}
