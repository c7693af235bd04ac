/** What each command of the palette, the menus and the tree does. Asks the server; decides nothing itself. */

import type { Disposable, SecretStorage } from "vscode";
import { commands, env, languages, Uri, version, window, workspace } from "vscode";
import type { Client } from "./client";
import { askKey, clearKey } from "./key";
import { active, kept, type Run, waits } from "./protocol";
import { current, diff, diffAll, nearby, open, page } from "./review";
import type { Store } from "./store";

/** What a command of the server is about: a run, a change or file of it, a place in a document. */
type Target = { change?: number } & Partial<Record<"runId" | "uri" | "view" | "instruction", string>>;
const INSTRUCTION = { title: "Agent: rewrite the selection", prompt: "What should become of it?", placeHolder: "return early instead of nesting" };

export function register(client: Client, store: Store, secrets: SecretStorage): Disposable[] {
  client.dispatch = (command, target: Target = {}) => dispatch(client, store, command, target);
  client.onRun = (run, before) => void announce(client, store, run, before);
  const table: Record<string, (target: Target) => unknown> = {
    fixFile: async () => {
      const uri = window.activeTextEditor?.document.uri;
      const diagnostics = uri && await client.converter?.asDiagnostics(languages.getDiagnostics(uri));
      return uri && client.ask("agent.fix", { uri: uri.toString(), kind: "file", diagnostics });
    },
    rewrite: () => {
      const editor = window.activeTextEditor;
      const range = editor && client.converter?.asRange(editor.selection);
      return editor && client.dispatch("agent.rewrite", { uri: editor.document.uri.toString(), range });
    },
    fixIssue: async (resource) => {
      const uri = resource instanceof Uri ? resource : await findIssue();
      return uri && client.ask("agent.fixIssue", { uri: uri.toString() });
    },
    cancel: () => client.ask("agent.cancel"),
    showProposals: () => commands.executeCommand("fretsaw.proposals.focus"),
    showChanges: () => client.dispatch("agent.showDiff", { view: "diff" }),
    preview: () => preview(client, store),
    next: () => open(nearby(store, 1)),
    previous: () => open(nearby(store, -1)),
    accept: () => decide(client, store, "agent.accept"),
    reject: () => decide(client, store, "agent.reject"),
    acceptAll: () => client.ask("agent.accept", { runId: store.newest(waits)?.runId }),
    rejectAll: () => client.ask("agent.reject", { runId: store.newest(waits)?.runId }),
    undo: () => client.ask("agent.undo"),
    open: (target) => {
      const { proposal, file, change } = find(store, target);
      return proposal && change && open({ proposal, file, change });
    },
    setKey: () => askKey(secrets),
    clearKey: () => clearKey(secrets),
    restart: () => client.stop().then(() => client.start()),
    showLog: () => {
      client.log.show();
    },
    walkthrough: () => commands.executeCommand("workbench.action.openWalkthrough", "fretsaw.fretsaw#start", false),
    debugInformation: () => debugInformation(client, store),
  };
  for (const name of ["accept", "reject", "restore", "undo", "retry", "cancel"]) {
    table[`tree.${name}`] = ({ runId, change, uri }) => client.ask(`agent.${name}`, { runId, change, uri });
  }
  for (const view of ["diff", "why", "report"]) {
    table[`tree.${view}`] = ({ runId, change, uri }) => client.dispatch("agent.showDiff", { runId, change, uri, view });
  }
  return Object.entries(table).map(([name, run]) => commands.registerCommand(`fretsaw.${name}`, run));
}

/** A command of the server that an action, a lens or the tree runs; what VS Code shows better, it shows. */
async function dispatch(client: Client, store: Store, command: string, target: Target): Promise<unknown> {
  if (command === "agent.rewrite" && target.instruction === undefined) {
    const instruction = await window.showInputBox(INSTRUCTION);
    return instruction === undefined ? undefined : client.ask(command, { ...target, instruction });
  }
  const { proposal, file, change } = find(store, target);
  if (command !== "agent.showDiff" || !proposal) return client.ask(command, target);
  if (target.view === "report") return page(proposal.report);
  if (change && (target.view === "why" || !file)) return page(`agent:/runs/${proposal.runId}/changes/${change.id}.diff`);
  return file ? diff(file) : diffAll(proposal);
}

/** What a target means; without a run, the newest proposal with something pending. */
function find(store: Store, { runId, change: id, uri }: Target) {
  const proposal = runId === undefined ? store.newest(waits) : store.proposals.get(runId);
  const change = proposal && [...kept(proposal), ...proposal.dropped].find((change) => change.id === id);
  const file = proposal?.files.find((file) => (change ? file.changes.includes(change) : file.uri === uri));
  return { proposal, file, change };
}

/** Decide on the change at the cursor and go on to the next; without one at the cursor only go there. */
async function decide(client: Client, store: Store, command: string): Promise<void> {
  const [here, next] = [current(store), nearby(store, 1)];
  if (here) await client.ask(command, { runId: here.proposal.runId, change: here.change.id });
  if (next && next.change !== here?.change) await open(next);
}

/** Have the Refactor Preview show everything before it is applied; whole files, which it cannot show, are compared instead. */
async function preview(client: Client, store: Store): Promise<void> {
  const proposal = store.newest(waits);
  const changes = proposal ? kept(proposal).filter(waits) : [];
  if (proposal && changes.some(({ kind }) => kind !== "lines")) return diffAll(proposal);
  // What is not open would be written to the disk at once.
  await Promise.all(changes.map(({ uri }) => workspace.openTextDocument(Uri.parse(uri))));
  client.previewNext = true;
  if (!(await client.ask("agent.accept", { runId: proposal?.runId }))) client.previewNext = false;
}

/** The issue file that is open, else one of the workspace's that the user picks. */
async function findIssue(): Promise<Uri | undefined> {
  const here = window.activeTextEditor?.document.uri;
  if (here && /(^|\/)ISSUE\.md$|\.issue\.md$/.test(here.path)) return here;
  const files = await workspace.findFiles("**/{ISSUE.md,*.issue.md}", undefined, 100);
  const items = files.map((uri) => ({ label: `$(issues) ${workspace.asRelativePath(uri)}`, uri }));
  const title = files.length > 0 ? "Agent: fix which issue?" : "Agent: write the issue into a file ISSUE.md first";
  return (await window.showQuickPick(items, { title }))?.uri;
}

async function debugInformation(client: Client, store: Store): Promise<void> {
  const told = store.health === "ready" ? await client.ask("agent.debugInformation") : undefined;
  const server = `server: ${client.server?.command ?? "none"} ${client.server?.version ?? ""} (${store.health})`;
  const editor = `editor: ${env.appName} ${version}, ${env.remoteName ?? "local"}`;
  const content = [editor, server, (told as { text: string } | undefined)?.text].join("\n");
  await window.showTextDocument(await workspace.openTextDocument({ content, language: "markdown" }));
}

/** Say how a run ended, once, with what can be done next. */
async function announce(client: Client, store: Store, run: Run, before: Run | undefined): Promise<void> {
  if (!before || !active(before) || active(run)) return;
  const again = () => client.ask("agent.retry", { runId: run.id });
  if (run.state === "failed") return client.complain(run.error, again);
  if (run.state === "cancelled") void window.setStatusBarMessage("$(circle-slash) Agent: cancelled", 4000);
  if (run.state === "no-change" || run.state === "gave-up") {
    const text = `Agent: ${run.error || run.text || "nothing was found to change"} (${run.title})`;
    if (await window.showWarningMessage(text, "Run Again")) await again();
  }
  if (run.state !== "proposed") return;
  const changes = store.pending().filter(({ proposal }) => proposal.runId === run.id).length;
  const text = `Agent: ${run.title} – ${changes === 1 ? "1 change" : `${changes} changes`} to review.`;
  const chosen = await window.showInformationMessage(text, "Review", "Show All Changes");
  if (chosen) await commands.executeCommand(chosen === "Review" ? "fretsaw.next" : "fretsaw.showChanges");
}
