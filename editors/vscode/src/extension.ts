// The extension: a client of the language server, a word of it in the status bar, and commands.

import * as vscode from "vscode";
import { LanguageClient, type LanguageClientOptions, type ServerOptions, State } from "vscode-languageclient/node";

import { commands } from "./commands";
import { Library, load } from "./module";
import { configurations, isElsewhere } from "./project";
import { within } from "./server";

const LANGUAGES = ["markdown", "json", "jsonc", "arm-template", "shellscript", "powershell", "http", "yaml"];

let client: LanguageClient | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const folder = context.extensionPath;
  const status = vscode.window.createStatusBarItem("armbody", vscode.StatusBarAlignment.Right);
  status.name = "armbody";
  status.command = "armbody.restart";
  status.show();
  const watcher = vscode.workspace.createFileSystemWatcher("**/armbody.toml");
  context.subscriptions.push(status, watcher);

  const pathOf = (): string => vscode.workspace.getConfiguration("armbody").get<string>("path", "").trim();
  /** Tells the server within what the configurations say: it cannot read them. A program reads them itself. */
  const tellConfigurations = async (): Promise<void> => {
    if (pathOf() !== "" || client?.state !== State.Running) return;
    await client.sendNotification("armbody/configurations", { configurations: await configurations() });
  };

  const start = async (): Promise<void> => {
    await client?.stop().catch(() => undefined);
    const path = pathOf();
    const server: ServerOptions = path ? { command: path, args: ["lsp"] } : async () => within(load(folder).message);
    const options: LanguageClientOptions = {
      documentSelector: LANGUAGES.flatMap((language) => ["file", "untitled"].map((scheme) => ({ scheme, language }))),
      synchronize: { fileEvents: watcher },
      initializationOptions: path ? {} : { configurations: await configurations() },
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
    ...commands(new Library(folder)),
    vscode.commands.registerCommand("armbody.restart", restart),
    ...[watcher.onDidChange, watcher.onDidCreate, watcher.onDidDelete].map((event) => event(tellConfigurations)),
    vscode.workspace.onDidOpenTextDocument(({ uri }) => void (isElsewhere(uri) && tellConfigurations())),
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
