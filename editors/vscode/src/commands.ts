// The commands: what the library makes, brought into an editor.

import * as vscode from "vscode";

import type { About, Made } from "../../../web/site/protocol";
import type { Library } from "./module";
import { configOf } from "./project";

/** The scheme of the pages of rules: nobody is asked to save one. */
const PAGES = "armbody-rule";

const FORMS: Record<string, string> = {
  curl: "shellscript",
  az: "shellscript",
  powershell: "powershell",
  http: "http",
  json: "json",
  bicep: "bicep",
};

export function commands(library: Library): vscode.Disposable[] {
  const all: Record<string, () => Promise<void>> = {
    fixAll,
    renderHere: () => renderHere(library),
    planFromClipboard: () => planFromClipboard(library),
    expandTemplate: () => expandTemplate(library),
    openRule: () => openRule(library),
  };
  const registered = Object.entries(all).map(([name, run]) =>
    vscode.commands.registerCommand(`armbody.${name}`, () =>
      run().catch((error: Error) => void vscode.window.showErrorMessage(`armbody: ${error.message}`)),
    ),
  );
  const pages = vscode.workspace.registerTextDocumentContentProvider(PAGES, {
    provideTextDocumentContent: ({ path }) => library.pageOf(path.replace(/^\/|\.md$/g, "")),
  });
  return [...registered, pages];
}

/** Makes the server's own "fix all" of the document. */
async function fixAll(): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (!editor) return;
  const { document } = editor;
  const whole = new vscode.Range(0, 0, document.lineCount, 0);
  const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
    "vscode.executeCodeActionProvider",
    document.uri,
    whole,
    "source.fixAll.armbody",
  );
  const action = actions.find(({ kind }) => kind?.value === "source.fixAll.armbody");
  if (action?.edit) await vscode.workspace.applyEdit(action.edit);
  else void vscode.window.showInformationMessage("armbody: nothing to fix");
}

/** Puts the request of a scenario where the cursor is. */
async function renderHere(library: Library): Promise<void> {
  const { scenarios } = library.ask<About>((module) => module.about());
  const scenario = await vscode.window.showQuickPick(
    scenarios.map(({ name, says, method }) => ({ label: name, description: method ?? "", detail: says })),
    { placeHolder: "The scenario", matchOnDetail: true },
  );
  const form = scenario && (await vscode.window.showQuickPick(Object.keys(FORMS), { placeHolder: "Written as" }));
  if (!form) return;
  const editor = vscode.window.activeTextEditor;
  const config = await configOf(editor?.document);
  const asked = JSON.stringify({ scenarios: [scenario.label], form, config });
  const made = library.ask<Made>((module) => module.render(asked));
  if (editor) await editor.edit((edit) => edit.replace(editor.selection, made.out));
  else await show(made.out, FORMS[form]);
  if (made.notes.length > 0) void vscode.window.showInformationMessage(`armbody: ${made.notes.join("; ")}`);
}

/** The request that takes the machine in the clipboard to the identities that are wanted. */
async function planFromClipboard(library: Library): Promise<void> {
  const current = await vscode.env.clipboard.readText();
  const wishes = [
    { label: "switch the system-assigned identity on", asked: { system: "on" } },
    { label: "switch the system-assigned identity off", asked: { system: "off" } },
    { label: "assign an identity", asked: { add: true } },
    { label: "take an identity away", asked: { remove: true } },
    { label: "no identity at all", asked: { none: true } },
  ];
  const wish = await vscode.window.showQuickPick(wishes, { placeHolder: "What the machine is to have" });
  if (!wish) return;
  const config = await configOf(vscode.window.activeTextEditor?.document);
  const asked: Record<string, unknown> = { ...wish.asked, form: "curl", pretty: true, config };
  for (const verb of ["add", "remove"]) {
    if (asked[verb] !== true) continue;
    const name = await vscode.window.showInputBox({ prompt: "Its name or id" });
    if (!name) return;
    asked[verb] = [name];
  }
  const made = library.ask<Made>((module) => module.plan(current, JSON.stringify(asked)));
  const notes = made.notes.flatMap((note) => note.split("\n")).map((note) => `# ${note}\n`);
  await show(notes.join("") + made.out, "shellscript");
}

/** The requests that a deployment of the open template makes. */
async function expandTemplate(library: Library): Promise<void> {
  const document = vscode.window.activeTextEditor?.document;
  if (!document) return;
  const made = library.ask<Made>((module) => module.expand(document.getText(), "", "{}"));
  await show([...made.notes, made.out].join("\n"), "plaintext");
}

/** The page of the rule at the cursor, or of one that is chosen. */
async function openRule(library: Library): Promise<void> {
  const { rules } = library.ask<About>((module) => module.about());
  const here = ruleHere();
  const chosen =
    rules.find(({ name }) => name === here)?.name ??
    (
      await vscode.window.showQuickPick(
        rules.map(({ name, severity, summary }) => ({ label: name, description: severity, detail: summary })),
        { placeHolder: "The rule", matchOnDetail: true },
      )
    )?.label;
  if (!chosen) return;
  await vscode.commands.executeCommand("markdown.showPreview", vscode.Uri.from({ scheme: PAGES, path: `/${chosen}.md` }));
}

function ruleHere(): string | undefined {
  const editor = vscode.window.activeTextEditor;
  if (!editor) return undefined;
  const found = vscode.languages
    .getDiagnostics(editor.document.uri)
    .find(({ source, range }) => source === "armbody" && range.contains(editor.selection.active));
  const code = found?.code;
  return typeof code === "object" ? String(code.value) : code?.toString();
}

async function show(content: string, language: string | undefined): Promise<void> {
  const document = await vscode.workspace.openTextDocument({ content, language: language ?? "plaintext" });
  await vscode.window.showTextDocument(document);
}
