/** What the server says (docs/lsp.md; only what is used here). Knows nothing of VS Code. */

import type { Range } from "vscode-languageserver-protocol";

/** What a command of the server is about: a run, a change or file of it, a place in a document. */
export type Target = { change?: number; position?: Range["start"]; range?: Range } & Partial<
  Record<"runId" | "uri" | "view" | "instruction" | "step" | "root" | "what", string>
>;
/** `message`: how it ended; empty while it is active. */
export type Run = Record<"id" | "title" | "state" | "text" | "message", string> & { percentage: number };
export interface Status extends Record<"text" | "detail", string>, Record<"runs" | "pending" | "accepted", number> {
  state: "idle" | "running" | "untrusted" | "no-key";
}
/** A row of the tree. `can`: the commands that make sense here. A change that waits has a place: `range`. */
export interface Row extends Record<"id" | "kind" | "label" | "description" | "tooltip" | "state", string> {
  target: Target;
  can: string[];
  open: boolean;
  rows: Row[];
  uri?: string;
  range?: Range | null;
  diff?: string;
  why?: string;
}
/** What is to be shown: a place in a file, files to compare, or a page. */
export interface Shown {
  title?: string;
  uri?: string;
  range?: Range;
  files?: Record<"path" | "uri" | "before" | "after", string>[];
}
