/** The status bar item and the language status item. Knows only the store. */

import { type Disposable, languages, LanguageStatusSeverity, StatusBarAlignment, ThemeColor, window } from "vscode";
import type { Store } from "./store";

const HEALTH: Record<Exclude<Store["health"], "ready">, [string, string, string]> = {
  restricted: ["shield", "Agent: restricted", "Nothing is run or sent until you trust this folder."],
  missing: ["warning", "Agent: no server", "The language server was not found."],
  stopped: ["warning", "Agent: stopped", "The language server is not running."],
  starting: ["loading~spin", "Agent: starting", "The language server is on its way."],
  restarting: ["loading~spin", "Agent: restarting", "The language server ended by itself and is started again."],
};

export function showStatus(store: Store): Pick<Disposable, "dispose">[] {
  const bar = window.createStatusBarItem("fretsaw.status", StatusBarAlignment.Right, 90);
  const language = languages.createLanguageStatusItem("fretsaw.status", [{ scheme: "file" }, { scheme: "untitled" }]);
  bar.name = language.name = "Agent";
  bar.command = language.command = { command: "workbench.action.quickOpen", title: "Menu", arguments: [">Agent: "] };
  const update = () => {
    const [icon, text, detail] = summary(store);
    const problem = icon === "warning" || icon === "key";
    bar.text = `$(${icon}) ${text}`;
    bar.tooltip = language.detail = detail;
    bar.backgroundColor = problem ? new ThemeColor("statusBarItem.warningBackground") : undefined;
    bar.accessibilityInformation = { label: text.startsWith("Agent") ? text : `Agent: ${text}` };
    language.text = text;
    language.busy = icon === "loading~spin";
    language.severity = problem ? LanguageStatusSeverity.Warning : LanguageStatusSeverity.Information;
  };
  update();
  bar.show();
  return [bar, language, store.onDidChange(update)];
}

/** Icon, text and detail. */
function summary({ health, status: { state, text, detail } }: Store): [string, string, string] {
  if (health !== "ready") return HEALTH[health];
  if (state === "no-key") return ["key", "Agent: set key", detail];
  return [state === "running" ? "loading~spin" : "wand", text || "Agent", detail];
}
