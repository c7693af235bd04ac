/** What the server says (docs/lsp.md; only what is used here), and how it is worded. Knows nothing of VS Code. */

import type { Range } from "vscode-languageserver-protocol";

export interface Run {
  id: string;
  title: string;
  state: "queued" | "running" | "proposed" | "delivered" | "no-change" | "gave-up" | "failed" | "cancelled" | "undone";
  text: string;
  error: string;
}

export interface Change {
  id: number;
  path: string;
  uri: string;
  kind: "lines" | "create" | "delete" | "mode";
  state: "pending" | "accepted" | "rejected" | "stale" | "handed-off" | "dropped";
  range: Range | null;
  label: string;
  removed: string[];
  added: string[];
  rule: string;
  reason: string;
  flag: string;
}

export interface ProposedFile {
  uri: string;
  path: string;
  changes: Change[];
  before: string;
  after: string;
}

export interface Check {
  name: string;
  state: "green" | "red" | "timeout" | "error" | "unavailable";
  command: string;
  reason: string;
}

export interface Proposal {
  runId: string;
  title: string;
  summary: string;
  files: ProposedFile[];
  dropped: Change[];
  checks: Check[];
  notices: string[];
  report: string;
}

export interface Status {
  state: "idle" | "running" | "untrusted" | "no-key";
  model: string;
  dollarsToday: number;
}

export const active = (run: Run): boolean => run.state === "queued" || run.state === "running";

export const kept = (proposal: Proposal): Change[] => proposal.files.flatMap((file) => file.changes);

/** How many changes are in each state: `2 pending · 1 accepted · 3 dropped`. */
export function tally(changes: Change[]): string {
  const counts = new Map<string, number>();
  for (const { state } of changes) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].map(([state, count]) => `${count} ${state}`).join(" · ");
}

/** `$0.12`, and two digits more for a small sum. */
export const dollars = (sum: number): string => `$${sum.toFixed(sum > 0 && sum < 0.01 ? 4 : 2)}`;

/** What a change puts in its place, short enough for the end of a line. */
export function glimpse({ added }: Change): string {
  const [first, ...rest] = added.filter((line) => line.trim());
  if (first === undefined) return added.length > 0 ? "→ a blank line" : "→ removed";
  return `→ ${first.trim().slice(0, 100)}${rest.length > 0 ? `  (+${rest.length})` : ""}`;
}

/** Why a change stands where it stands: `formatting: only the quotes differ`. */
export const why = (change: Change): string => [change.rule, change.reason].filter(Boolean).join(": ");
