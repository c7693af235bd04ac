/** Wires the parts when VS Code has started. Contains no logic of its own. */

import { type ExtensionContext, extensions, window, workspace } from "vscode";
import type { Client } from "./client";
import { announce, register } from "./commands";
import { showMarks } from "./review";
import { showStatus } from "./status";
import { Store } from "./store";
import { showTree } from "./tree";

let client: Client | undefined;

export async function activate(context: ExtensionContext): Promise<void> {
  const store = new Store();
  context.subscriptions.push(...showMarks(store), ...showTree(store), ...showStatus(store));
  // The protocol's library is nine tenths of the bundle: nobody waits for it.
  const { Client } = await import("./client");
  const started = new Client(context, store, window.createOutputChannel("Agent", { log: true }));
  client = started;
  started.onRun = (run, before) => void announce(started, store, run, before);
  context.subscriptions.push(
    started.log,
    ...register(started, store),
    workspace.onDidGrantWorkspaceTrust(() => void started.start()),
    workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("agent.server.path")) void started.stop().then(() => started.start());
    }),
    extensions.onDidChange(() => {
      if (store.health === "missing") void started.start();
    }),
  );
  void started.start();
}

export const deactivate = (): Promise<void> | undefined => client?.stop();
