/** What the server says (docs/lsp.md; only what is used here), and how it is worded. Knows nothing of VS Code. */

import type { Range } from "vscode-languageserver-protocol";

type RunState = "queued" | "running" | "proposed" | "delivered" | "no-change" | "gave-up" | "failed" | "cancelled" | "undone";
type ChangeState = "pending" | "accepted" | "rejected" | "stale" | "handed-off" | "dropped";
type CheckState = "green" | "red" | "timeout" | "error" | "unavailable";
export type State = RunState | ChangeState | CheckState;

export type Run = Record<"id" | "title" | "text" | "error", string> & { state: RunState };
export type Status = { state: "idle" | "running" | "untrusted" | "no-key" } & { model: string; dollarsToday: number };
export type Check = Record<"name" | "command" | "reason", string> & { state: CheckState };
export type ProposedFile = Record<"uri" | "path" | "before" | "after", string> & { changes: Change[] };
export interface Change extends Record<"path" | "uri" | "label" | "rule" | "reason" | "flag", string> {
  id: number;
  kind: "lines" | "create" | "delete" | "mode";
  state: ChangeState;
  range: Range | null;
  removed: string[];
  added: string[];
}
export interface Proposal extends Record<"runId" | "title" | "summary" | "report", string> {
  files: ProposedFile[];
  dropped: Change[];
  checks: Check[];
  notices: string[];
}

export const active = (run: Run): boolean => run.state === "queued" || run.state === "running";

export const kept = (proposal: Proposal): Change[] => proposal.files.flatMap((file) => file.changes);

/** Whether a change waits for a person: also one that was shown in a preview and not applied there. */
export const waits = ({ state }: Change): boolean => state === "pending" || state === "handed-off";

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
