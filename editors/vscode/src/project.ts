// What a project says of itself: its `armbody.toml`, which the module cannot read.

import * as vscode from "vscode";

const NAME = "armbody.toml";

/** As the language server takes it. */
export interface Configuration {
  uri: string;
  text: string;
}

/** The nearest configuration in the folder of a document or above, as the program finds it; empty if there is none. */
export async function configOf(document: vscode.TextDocument | undefined): Promise<string> {
  const folder = document?.uri.scheme === "file" ? folderOf(document.uri) : vscode.workspace.workspaceFolders?.[0]?.uri;
  return (folder && (await above(folder))?.text) ?? "";
}

/** Every configuration in the folders of the workspace, and those above them and above files from elsewhere. */
export async function configurations(): Promise<Configuration[]> {
  const within = await vscode.workspace.findFiles(`**/${NAME}`, "**/node_modules/**");
  const open = vscode.workspace.textDocuments.filter(({ uri }) => isElsewhere(uri)).map(({ uri }) => folderOf(uri));
  const folders = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri);
  const found = await Promise.all([...within.map((uri) => read(uri)), ...[...folders, ...open].map((uri) => above(uri))]);
  const all = new Map<string, Configuration>();
  for (const one of found) if (one) all.set(one.uri, one);
  return [...all.values()];
}

/** A file that no folder of the workspace holds. */
export function isElsewhere(uri: vscode.Uri): boolean {
  return uri.scheme === "file" && !vscode.workspace.getWorkspaceFolder(uri);
}

function folderOf(uri: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(uri, "..");
}

async function above(folder: vscode.Uri): Promise<Configuration | undefined> {
  for (;;) {
    const found = await read(vscode.Uri.joinPath(folder, NAME));
    if (found) return found;
    const next = folderOf(folder);
    if (next.path === folder.path) return undefined;
    folder = next;
  }
}

async function read(uri: vscode.Uri): Promise<Configuration | undefined> {
  try {
    return { uri: uri.toString(), text: new TextDecoder().decode(await vscode.workspace.fs.readFile(uri)) };
  } catch {
    return undefined;
  }
}
