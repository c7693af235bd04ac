/** The status bar item and the language status item. Knows only the store. */

import { type Disposable, languages, LanguageStatusSeverity, StatusBarAlignment, ThemeColor, window } from "vscode";
import { active, dollars } from "./protocol";
import type { Store } from "./store";

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
function summary(store: Store): [string, string, string] {
  const { health, status } = store;
  if (health === "restricted") return ["shield", "Agent: restricted", "Nothing is run or sent until you trust this folder."];
  if (health === "missing") return ["warning", "Agent: no server", "The language server was not found."];
  if (health === "stopped") return ["warning", "Agent: stopped", "The language server is not running."];
  if (health !== "ready") return ["loading~spin", `Agent: ${health}`, "The language server is on its way."];
  if (status.state === "no-key") return ["key", "Agent: set key", "There is no API key."];
  const run = store.runs.find(active);
  const pending = store.pending().length;
  const text = [status.model || "Agent", ...(pending ? [`${pending} to review`] : []), dollars(status.dollarsToday)].join(" · ");
  if (run) return ["loading~spin", text, `${run.title}: ${run.text || run.state}`];
  return ["wand", text, `Agent: idle, ${dollars(status.dollarsToday)} spent today.`];
}
