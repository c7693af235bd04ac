/** Wires the parts when VS Code has started. Contains no logic of its own. */

import { type ExtensionContext, extensions, window, workspace } from "vscode";
import type { Client } from "./agent";
import { register } from "./commands";
import { showMarks } from "./review";
import { showStatus } from "./status";
import { Store } from "./store";
import { showTree } from "./tree";

let client: Client | undefined;

export async function activate(context: ExtensionContext): Promise<void> {
  const store = new Store();
  context.subscriptions.push(...showMarks(store), ...showTree(store), ...showStatus(store));
  try {
    // The protocol's library is 98 % of the code, in a file of its own that is read after all else is shown.
    const { Client } = await import("./agent");
    const started = (client = new Client(context, store, window.createOutputChannel("Agent", { log: true })));
    const again = () => started.stop().then(() => started.start());
    context.subscriptions.push(
      started.log,
      ...register(started, store, context.secrets),
      workspace.onDidGrantWorkspaceTrust(again),
      workspace.onDidChangeConfiguration((change) => change.affectsConfiguration("agent.server.path") && again()),
      extensions.onDidChange(() => store.health === "missing" && again()),
    );
    void started.start();
  } catch (error) {
    store.setHealth("stopped");
    void window.showErrorMessage(`Agent: the extension cannot start; install it again. ${String(error)}`);
  }
}

export const deactivate = (): Promise<void> | undefined => client?.stop();
