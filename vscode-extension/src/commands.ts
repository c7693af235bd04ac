/** What each command of the palette, the menus and the tree does. Asks the server; decides nothing itself. */

import type { Disposable } from "vscode";
import { commands, env, languages, Uri, version, window, workspace } from "vscode";
import type { Client } from "./client";
import { active, kept, type Run } from "./protocol";
import { current, diff, diffAll, nearby, open, page } from "./review";
import type { Store } from "./store";

/** What a command of the server is about: a run, a change or file of it, a place in a document. */
interface Target {
  runId?: string;
  change?: number;
  uri?: string;
  view?: string;
  instruction?: string;
}
const INSTRUCTION = {
  title: "Agent: rewrite the selection",
  prompt: "What should become of it?",
  placeHolder: "for example: return early instead of nesting",
};

export function register(client: Client, store: Store): Disposable[] {
  const table: Record<string, (target: Target) => unknown> = {
    fixFile: () => {
      const uri = window.activeTextEditor?.document.uri;
      const diagnostics = uri && client.converter?.asDiagnostics(languages.getDiagnostics(uri));
      return uri && client.ask("agent.fix", { uri: uri.toString(), kind: "file", diagnostics });
    },
    rewrite: () => {
      const editor = window.activeTextEditor;
      const range = editor && client.converter?.asRange(editor.selection);
      return editor && client.dispatch("agent.rewrite", { uri: editor.document.uri.toString(), range });
    },
    cancel: () => client.ask("agent.cancel"),
    showProposals: () => commands.executeCommand("fretsaw.proposals.focus"),
    showChanges: () => client.dispatch("agent.showDiff", { view: "diff" }),
    preview: () => {
      client.previewNext = true;
      return client.ask("agent.accept", { runId: store.newest("pending")?.runId });
    },
    next: () => open(nearby(store, 1)),
    previous: () => open(nearby(store, -1)),
    accept: () => decide(client, store, "agent.accept"),
    reject: () => decide(client, store, "agent.reject"),
    acceptAll: () => client.ask("agent.accept", { runId: store.newest("pending")?.runId }),
    rejectAll: () => client.ask("agent.reject", { runId: store.newest("pending")?.runId }),
    undo: () => client.ask("agent.undo"),
    open: (target) => {
      const { proposal, file, change } = find(store, target);
      return proposal && change && open({ proposal, file, change });
    },
    setKey: () => client.key.set(),
    clearKey: () => client.key.clear(),
    restart: () => client.stop().then(() => client.start()),
    showLog: () => {
      client.log.show();
    },
    walkthrough: () => commands.executeCommand("workbench.action.openWalkthrough", "fretsaw.fretsaw#start", false),
    debugInformation: () => debugInformation(client, store),
  };
  for (const name of ["accept", "reject", "restore", "undo", "retry", "cancel"]) {
    table[`tree.${name}`] = (target) => client.ask(`agent.${name}`, plain(target));
  }
  for (const view of ["diff", "why", "report"]) {
    table[`tree.${view}`] = (target) => client.dispatch("agent.showDiff", { ...plain(target), view });
  }
  client.dispatch = (command, target: Target = {}) => dispatch(client, store, command, target);
  const fixIssue = commands.registerCommand("fretsaw.fixIssue", async (resource?: Uri) => {
    const uri = resource ?? (await findIssue());
    return uri && client.ask("agent.fixIssue", { uri: uri.toString() });
  });
  const all = Object.entries(table).map(([name, run]) => commands.registerCommand(`fretsaw.${name}`, run));
  return [...all, fixIssue];
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
  const proposal = runId === undefined ? store.newest("pending") : store.proposals.get(runId);
  const change = proposal && [...kept(proposal), ...proposal.dropped].find((change) => change.id === id);
  const file = proposal?.files.find((file) => (change ? file.changes.includes(change) : file.uri === uri));
  return { proposal, file, change };
}

/** A row of the tree without what is only for the tree. */
const plain = ({ runId, change, uri }: Target): Target => JSON.parse(JSON.stringify({ runId, change, uri })) as Target;

/** Decide on the change at the cursor and go on to the next; without one at the cursor only go there. */
async function decide(client: Client, store: Store, command: string): Promise<void> {
  const here = current(store);
  const next = nearby(store, 1);
  if (here) await client.ask(command, { runId: here.proposal.runId, change: here.change.id });
  if (next && next.change !== here?.change) await open(next);
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
export async function announce(client: Client, store: Store, run: Run, before: Run | undefined): Promise<void> {
  if (!before || !active(before) || active(run)) return;
  const again = () => client.ask("agent.retry", { runId: run.id });
  if (run.state === "failed") return client.complain(run.error, again);
  if (run.state === "cancelled") void window.setStatusBarMessage("$(debug-stop) Agent: cancelled", 4000);
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
