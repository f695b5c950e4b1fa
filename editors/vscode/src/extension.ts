// The extension: a client of the language server, a word of it in the status bar, and commands.

import * as vscode from "vscode";
import { LanguageClient, type LanguageClientOptions, type ServerOptions, State } from "vscode-languageclient/node";

import { commands } from "./commands";
import { load } from "./module";
import { within } from "./server";

const LANGUAGES = ["markdown", "json", "jsonc", "arm-template", "shellscript", "powershell", "http", "yaml"];

let client: LanguageClient | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const module = load(context.extensionPath);
  const status = vscode.window.createStatusBarItem("armbody", vscode.StatusBarAlignment.Right);
  status.name = "armbody";
  status.command = "armbody.restart";
  status.show();
  const configurations = vscode.workspace.createFileSystemWatcher("**/armbody.toml");
  context.subscriptions.push(status, configurations);

  const start = async (): Promise<void> => {
    await client?.stop().catch(() => undefined);
    const path = vscode.workspace.getConfiguration("armbody").get<string>("path", "").trim();
    const server: ServerOptions = path ? { command: path, args: ["lsp"] } : async () => within(module.message);
    const options: LanguageClientOptions = {
      documentSelector: LANGUAGES.flatMap((language) => ["file", "untitled"].map((scheme) => ({ scheme, language }))),
      synchronize: { fileEvents: configurations },
    };
    client = new LanguageClient("armbody", "armbody", server, options);
    client.onDidChangeState(({ newState }) => tell(status, path, newState));
    try {
      await client.start();
    } catch (error) {
      status.text = "$(error) armbody";
      status.tooltip = `The language server did not start: ${(error as Error).message}`;
    }
  };

  // One after the other: two at once would leave two servers.
  let last = Promise.resolve();
  const restart = (): Promise<void> => (last = last.then(start));

  context.subscriptions.push(
    ...commands(module),
    vscode.commands.registerCommand("armbody.restart", restart),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("armbody.path")) void restart();
    }),
  );
  await restart();
}

export function deactivate(): Promise<void> | undefined {
  return client?.stop();
}

function tell(status: vscode.StatusBarItem, path: string, state: State): void {
  const icons = { [State.Running]: "$(check)", [State.Stopped]: "$(error)" };
  status.text = `${icons[state as keyof typeof icons] ?? "$(sync~spin)"} armbody`;
  status.tooltip = `${path || "the server within the extension"}; press to restart it`;
}
