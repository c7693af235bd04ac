/** The view "Agent Proposals": runs, files, changes, what was dropped and why, checks. Knows no server. */

import type { Disposable, TreeDataProvider } from "vscode";
import { EventEmitter, ThemeColor, ThemeIcon, TreeItem, TreeItemCollapsibleState as Fold, Uri, window } from "vscode";
import { active, type Change, type Check, glimpse, kept, type Proposal, type ProposedFile, type Run, tally, why } from "./protocol";
import type { Store } from "./store";

/** What a row of the tree is about. The server's commands take its `runId`, `change` and `uri` as they are. */
export interface Row {
  readonly runId: string;
  readonly change?: number;
  readonly uri?: string;
  readonly item: TreeItem;
  readonly rows?: Row[];
}

const [GREEN, RED, AMBER, BLUE, GREY] =
  ["testing.iconPassed", "testing.iconFailed", "list.warningForeground", "charts.blue", "disabledForeground"];
/** Icon and colour of each state of a run, a change or a check. */
const ICONS: Record<Run["state"] | Change["state"] | Check["state"], [string, string?]> = {
  queued: ["clock"],
  running: ["loading~spin"],
  proposed: ["git-pull-request", BLUE],
  delivered: ["pass-filled", GREEN],
  "no-change": ["dash"],
  "gave-up": ["circle-slash", AMBER],
  failed: ["error", RED],
  cancelled: ["circle-slash", GREY],
  undone: ["discard", GREY],
  pending: ["circle-large-outline", BLUE],
  accepted: ["pass-filled", GREEN],
  rejected: ["circle-slash", GREY],
  stale: ["warning", AMBER],
  "handed-off": ["arrow-swap", BLUE],
  dropped: ["filter", GREY],
  green: ["pass", GREEN],
  red: ["error", RED],
  timeout: ["watch", AMBER],
  error: ["warning", AMBER],
  unavailable: ["question", AMBER],
};
const MOST_RUNS = 20;

export function showTree(store: Store): Disposable[] {
  const changed = new EventEmitter<undefined>();
  const treeDataProvider: TreeDataProvider<Row> = {
    onDidChangeTreeData: changed.event,
    getChildren: (row) =>
      row ? (row.rows ?? []) : store.runs.slice(0, MOST_RUNS).map((run) => runRow(run, store.proposals.get(run.id))),
    getTreeItem: (row) => row.item,
  };
  const view = window.createTreeView("fretsaw.proposals", { treeDataProvider, showCollapseAll: true });
  const update = () => {
    const value = store.pending().length;
    view.badge = value > 0 ? { value, tooltip: `${value} changes to review` } : undefined;
    changed.fire(undefined);
  };
  return [view, store.onDidChange(update)];
}

/** A row's item; the state gives the icon, and whether it is folded comes from the rows below. */
function item(id: string, label: string, state: keyof typeof ICONS, more: Partial<TreeItem>): TreeItem {
  const [icon, color] = ICONS[state];
  const iconPath = new ThemeIcon(icon, color === undefined ? undefined : new ThemeColor(color));
  return Object.assign(new TreeItem(label), { id, iconPath }, more);
}

function runRow(run: Run, proposal: Proposal | undefined): Row {
  const changes = proposal ? kept(proposal) : [];
  const states = new Set(changes.map((change) => change.state));
  const dropped = proposal?.dropped ?? [];
  const status = active(run) ? "active" : proposal ? "ended" : "failed";
  const open = active(run) || states.has("pending");
  const row = item(run.id, run.title, run.state, {
    description: active(run) ? run.text || run.state : tally([...changes, ...dropped]) || run.error || run.state,
    tooltip: [run.title, proposal?.summary, run.error].filter(Boolean).join("\n\n"),
    contextValue: ["run", status, ...states].join("."),
    collapsibleState: open ? Fold.Expanded : proposal ? Fold.Collapsed : Fold.None,
  });
  return { runId: run.id, item: row, ...(proposal && { rows: partRows(proposal) }) };
}

function partRows({ runId, files, dropped, checks, notices }: Proposal): Row[] {
  const group = item(`${runId}/dropped`, `Dropped (${dropped.length})`, "dropped", {
    description: "not asked for",
    collapsibleState: Fold.Collapsed,
    contextValue: "group",
  });
  const rows = files.filter((file) => file.changes.length > 0).map((file) => fileRow(runId, file));
  if (dropped.length > 0) rows.push({ runId, item: group, rows: dropped.map((change) => changeRow(runId, change)) });
  for (const { name, state, command, reason } of checks) {
    const more = { description: reason || command, tooltip: [command, reason].filter(Boolean).join("\n") };
    rows.push({ runId, item: item(`${runId}/check/${name}`, `Check ${name}: ${state}`, state, more) });
  }
  for (const text of notices) {
    rows.push({ runId, item: item(`${runId}/${text}`, text, "no-change", { iconPath: new ThemeIcon("info"), tooltip: text }) });
  }
  return rows;
}

function fileRow(runId: string, { uri, path, changes }: ProposedFile): Row {
  const pending = changes.some((change) => change.state === "pending");
  const row = item(`${runId}/${path}`, path.split("/").at(-1) ?? path, "pending", {
    iconPath: ThemeIcon.File,
    resourceUri: Uri.parse(uri),
    description: path.split("/").slice(0, -1).join("/"),
    collapsibleState: pending ? Fold.Expanded : Fold.Collapsed,
    contextValue: pending ? "file.pending" : "file",
  });
  return { runId, uri, item: row, rows: changes.map((change) => changeRow(runId, change)) };
}

function changeRow(runId: string, change: Change): Row {
  const place = change.range ? `line ${change.range.start.line + 1}` : change.kind;
  const state = change.state === "pending" ? "" : change.state;
  const description = state === "dropped" ? why(change) : [place, state, change.flag].filter(Boolean).join(" · ");
  const label = change.kind === "lines" ? glimpse(change) : change.label;
  const row = item(`${runId}/change/${change.id}`, label, change.state, {
    description,
    tooltip: [change.label, `${change.path}, ${place}, ${change.state}`, why(change)].filter(Boolean).join("\n\n"),
    contextValue: `change.${change.state}`,
    command: { command: "fretsaw.open", title: "Show Change", arguments: [{ runId, change: change.id }] },
  });
  return { runId, change: change.id, item: row };
}
