/** What the tests in the extension host share. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type CodeAction, type CodeLens, commands, type TextDocument, Uri, window, workspace } from "vscode";

export const FOLDER = workspace.workspaceFolders?.[0]?.uri ?? Uri.file("/");
export const LINE = 11;
/** The bodies that the model was sent so far. */
export const requests = (): number =>
  readFileSync(process.env.REQUESTS ?? "", { encoding: "utf8", flag: "a+" }).split("\n").filter(Boolean).length;
export const golden = (name: string): string => readFileSync(join(process.env.GOLDEN ?? "", name), "utf8");

/** Try again until something is there, a minute at most. */
export async function eventually<T>(what: string, find: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (let round = 0; round < 300; round++) {
    const found = await find();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`never there: ${what}`);
}

export async function opened(path: string): Promise<TextDocument> {
  const document = await workspace.openTextDocument(Uri.joinPath(FOLDER, path));
  await window.showTextDocument(document);
  return document;
}

export function actions({ uri }: TextDocument, line: number, kind?: string): Thenable<CodeAction[]> {
  const range = window.activeTextEditor?.document.lineAt(line).range;
  return commands.executeCommand<CodeAction[]>("vscode.executeCodeActionProvider", uri, range, kind);
}

export async function lenses({ uri }: TextDocument, title: string): Promise<CodeLens[]> {
  const all = await commands.executeCommand<CodeLens[]>("vscode.executeCodeLensProvider", uri, 100);
  return all.filter((lens) => lens.command?.title === title);
}

export const press = ({ command }: CodeAction | CodeLens): Thenable<unknown> =>
  commands.executeCommand(command?.command ?? "", ...((command?.arguments ?? []) as unknown[]));
