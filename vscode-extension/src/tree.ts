/** The view "Agent: Proposals": the server's rows with icons. Knows no server. */

import type { Disposable, TreeDataProvider } from "vscode";
import { EventEmitter, ThemeColor, ThemeIcon, TreeItem, TreeItemCollapsibleState as Fold, Uri, window } from "vscode";
import type { Row } from "./protocol";
import type { Store } from "./store";

const [GREEN, RED, AMBER] = ["testing.iconPassed", "testing.iconFailed", "list.warningForeground"];
const [BLUE, GREY] = ["charts.blue", "disabledForeground"];
const ICONS: Record<string, [string, string?]> = {
  ...{ queued: ["clock"], running: ["loading~spin"], proposed: ["git-pull-request", BLUE], delivered: ["pass-filled", GREEN] },
  ...{ "no-change": ["dash"], "gave-up": ["circle-slash", AMBER], failed: ["error", RED], cancelled: ["circle-slash", GREY] },
  ...{ undone: ["discard", GREY], pending: ["circle-large-outline", BLUE], accepted: ["pass-filled", GREEN] },
  ...{ rejected: ["circle-slash", GREY], stale: ["warning", AMBER], "handed-off": ["arrow-swap", BLUE], dropped: ["filter", GREY] },
  ...{ green: ["pass", GREEN], red: ["error", RED], timeout: ["watch", AMBER], error: ["warning", AMBER] },
  unavailable: ["question", AMBER],
};

export function showTree(store: Store): Disposable[] {
  const changed = new EventEmitter<undefined>();
  const treeDataProvider: TreeDataProvider<Row> = {
    onDidChangeTreeData: changed.event,
    getChildren: (row) => row?.rows ?? store.rows,
    getTreeItem: item,
  };
  const view = window.createTreeView("fretsaw.proposals", { treeDataProvider, showCollapseAll: true });
  const update = () => {
    const value = store.status.pending;
    view.badge = value > 0 ? { value, tooltip: `${value} changes to review` } : undefined;
    changed.fire(undefined);
  };
  return [view, store.onDidChange(update)];
}

function item({ id, kind, label, description, tooltip, state, can, target, open, rows }: Row): TreeItem {
  const [icon, color] = ICONS[state] ?? ["info"];
  const iconPath = kind === "file" ? ThemeIcon.File : new ThemeIcon(icon, color === undefined ? undefined : new ThemeColor(color));
  const fold = open ? Fold.Expanded : Fold.Collapsed;
  return Object.assign(new TreeItem(label, rows.length > 0 ? fold : Fold.None), {
    ...{ id, description, tooltip, iconPath, contextValue: can.join(" ") },
    ...(kind === "file" && target.uri !== undefined && { resourceUri: Uri.parse(target.uri) }),
    ...(kind === "change" && { command: { command: "fretsaw.open", title: "Show Change", arguments: [{ target }] } }),
  });
}
