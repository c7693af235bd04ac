/** The view "Agent: Proposals": runs, files, changes, what was dropped and why, checks. Knows no server. */

import type { Disposable, TreeDataProvider } from "vscode";
import { EventEmitter, ThemeColor, ThemeIcon, TreeItem, TreeItemCollapsibleState as Fold, Uri, window } from "vscode";
import { active, type Change, glimpse, kept, type Proposal, type ProposedFile, type Run, type State, tally, waits, why } from "./protocol";
import type { Store } from "./store";

/** What a row is about; the server's commands take its `runId`, `change` and `uri` as they are. */
export interface Row {
  readonly runId: string;
  readonly change?: number;
  readonly uri?: string;
  readonly item: TreeItem;
  readonly rows?: Row[];
}

const [GREEN, RED, AMBER] = ["testing.iconPassed", "testing.iconFailed", "list.warningForeground"];
const [BLUE, GREY] = ["charts.blue", "disabledForeground"];
const ICONS: Record<State, [string, string?]> = {
  ...{ queued: ["clock"], running: ["loading~spin"], proposed: ["git-pull-request", BLUE], delivered: ["pass-filled", GREEN] },
  ...{ "no-change": ["dash"], "gave-up": ["circle-slash", AMBER], failed: ["error", RED], cancelled: ["circle-slash", GREY] },
  ...{ undone: ["discard", GREY], pending: ["circle-large-outline", BLUE], accepted: ["pass-filled", GREEN] },
  ...{ rejected: ["circle-slash", GREY], stale: ["warning", AMBER], "handed-off": ["arrow-swap", BLUE], dropped: ["filter", GREY] },
  ...{ green: ["pass", GREEN], red: ["error", RED], timeout: ["watch", AMBER], error: ["warning", AMBER] },
  unavailable: ["question", AMBER],
};
const MOST_RUNS = 20;

export function showTree(store: Store): Disposable[] {
  const changed = new EventEmitter<undefined>();
  const runs = () => store.runs.slice(0, MOST_RUNS).map((run) => runRow(run, store.proposals.get(run.id)));
  const treeDataProvider: TreeDataProvider<Row> = {
    onDidChangeTreeData: changed.event,
    getChildren: (row) => (row ? (row.rows ?? []) : runs()),
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

function item(id: string, label: string, state: State, more: Partial<TreeItem>): TreeItem {
  const [icon, color] = ICONS[state];
  const iconPath = new ThemeIcon(icon, color === undefined ? undefined : new ThemeColor(color));
  return Object.assign(new TreeItem(label), { id, iconPath }, more);
}

function runRow(run: Run, proposal: Proposal | undefined): Row {
  const changes = proposal ? kept(proposal) : [];
  const states = new Set(changes.map((change) => change.state));
  const open = active(run) || changes.some(waits);
  const row = item(run.id, run.title, run.state, {
    description: active(run) ? run.text || run.state : tally([...changes, ...(proposal?.dropped ?? [])]) || run.error || run.state,
    tooltip: [run.title, proposal?.summary, run.error].filter(Boolean).join("\n\n"),
    contextValue: ["run", active(run) ? "active" : proposal ? "ended" : "failed", ...states].join("."),
    collapsibleState: open ? Fold.Expanded : proposal ? Fold.Collapsed : Fold.None,
  });
  return { runId: run.id, item: row, rows: proposal ? partRows(proposal) : [] };
}

function partRows({ runId, files, dropped, checks, notices }: Proposal): Row[] {
  const more = { description: "not asked for", collapsibleState: Fold.Collapsed, contextValue: "group" };
  const group = item(`${runId}/dropped`, `Dropped (${dropped.length})`, "dropped", more);
  return [
    ...files.filter((file) => file.changes.length > 0).map((file) => fileRow(runId, file)),
    ...(dropped.length > 0 ? [{ runId, item: group, rows: dropped.map((change) => changeRow(runId, change)) }] : []),
    ...checks.map(({ name, state, command, reason }) => {
      const tooltip = [command, reason].filter(Boolean).join("\n");
      return { runId, item: item(`${runId}/check/${name}`, `Check ${name}: ${state}`, state, { description: reason || command, tooltip }) };
    }),
    ...notices.map((text) => ({ runId, item: item(`${runId}/${text}`, text, "no-change", { iconPath: new ThemeIcon("info"), tooltip: text }) })),
  ];
}

function fileRow(runId: string, { uri, path, changes }: ProposedFile): Row {
  const pending = changes.some(waits);
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
  const label = change.kind === "lines" ? glimpse(change) : change.label;
  const row = item(`${runId}/change/${change.id}`, label, change.state, {
    description: state === "dropped" ? why(change) : [place, state, change.flag].filter(Boolean).join(" · "),
    tooltip: [change.label, `${change.path}, ${place}, ${change.state}`, why(change)].filter(Boolean).join("\n\n"),
    contextValue: `change.${change.state}`,
    command: { command: "fretsaw.open", title: "Show Change", arguments: [{ runId, change: change.id }] },
  });
  return { runId, change: change.id, item: row };
}
