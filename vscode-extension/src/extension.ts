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
  // The protocol's library is 98 % of the code, in a file of its own that is read after all else is shown.
  const { Client } = await import("./agent");
  const started = (client = new Client(context, store, window.createOutputChannel("Agent", { log: true })));
  const again = () => void started.stop().then(() => started.start());
  context.subscriptions.push(
    started.log,
    ...register(started, store, context.secrets),
    workspace.onDidGrantWorkspaceTrust(again),
    workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("agent.server.path")) again();
    }),
    extensions.onDidChange(() => {
      if (store.health === "missing") again();
    }),
  );
  void started.start();
}

export const deactivate = (): Promise<void> | undefined => client?.stop();
