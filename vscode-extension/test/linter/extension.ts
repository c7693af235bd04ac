/** A real linter for the tests: Ruff's own language server, in the way its extension runs it. */

import { LanguageClient } from "vscode-languageclient/node";

export async function activate(): Promise<void> {
  const server = { command: process.env.RUFF ?? "ruff", args: ["server"] };
  const options = { documentSelector: [{ scheme: "file", language: "python" }] };
  await new LanguageClient("ruff", "Ruff", server, options).start();
}
