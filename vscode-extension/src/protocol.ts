/** What the server says (docs/lsp.md; only what is used here). Knows nothing of VS Code. */

import type { Range } from "vscode-languageserver-protocol";

/** What a command of the server is about: a run, a change or file of it, a place in a document. */
export type Target = { change?: number; position?: Range["start"]; range?: Range } & Partial<
  Record<"runId" | "uri" | "view" | "instruction" | "step", string>
>;
export interface Run {
  id: string;
  title: string;
  state: string;
  text: string;
  percentage: number;
  /** How it ended; empty while it is active. */
  message: string;
}
export interface Status {
  state: "idle" | "running" | "untrusted" | "no-key";
  text: string;
  detail: string;
  runs: number;
  pending: number;
  accepted: number;
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
