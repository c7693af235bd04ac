/** What each command of the palette, the menus and the tree does. Asks the server; decides nothing itself. */

import type { Disposable, SecretStorage } from "vscode";
import { commands, env, languages, Uri, version, window, workspace } from "vscode";
import type { Client } from "./agent";
import { askKey, clearKey } from "./key";
import type { Row, Run, Shown, Target } from "./protocol";
import { cursor, show } from "./review";
import type { Store } from "./store";

const ISSUES = "**/{ISSUE.md,*.issue.md}";
const INSTRUCTION = { title: "Agent: rewrite the selection", prompt: "What should become of it?", placeHolder: "return early instead of nesting" };

export function register(client: Client, store: Store, secrets: SecretStorage): Disposable[] {
  client.dispatch = (command, target: Target = {}) => dispatch(client, command, target);
  client.onEnd = (run) => void announce(client, run);
  const showing = async (command: string, target: Target = {}) => {
    const shown = await client.ask<Shown>(command, target);
    if (shown) await show(shown);
  };
  // On the change at the cursor, and on to the next one.
  const decide = async (command: string) => {
    const next = (await client.ask<{ next?: Target }>(command, cursor()))?.next;
    if (next) await showing("agent.goTo", next);
  };
  const table: Record<string, (target: Partial<Row>) => unknown> = {
    fixFile: async () => {
      const uri = window.activeTextEditor?.document.uri;
      const diagnostics = uri && (await client.converter?.asDiagnostics(languages.getDiagnostics(uri)));
      return uri && client.ask("agent.fix", { uri: uri.toString(), kind: "file", diagnostics });
    },
    rewrite: () => {
      const editor = window.activeTextEditor;
      const range = editor && client.converter?.asRange(editor.selection);
      return editor && range && client.dispatch("agent.rewrite", { uri: editor.document.uri.toString(), range });
    },
    fixIssue: async (resource) => {
      const uri = resource instanceof Uri ? resource : await findIssue();
      return uri && client.ask("agent.fixIssue", { uri: uri.toString() });
    },
    reviewTree: () => client.ask("agent.reviewTree", { ...folder(), what: "worktree" }),
    reviewCommit: () => client.ask("agent.reviewTree", { ...folder(), what: "commit" }),
    cancel: () => client.ask("agent.cancel"),
    showProposals: () => commands.executeCommand("fretsaw.proposals.focus"),
    showChanges: () => showing("agent.showDiff"),
    preview: () => showing("agent.preview"),
    next: () => showing("agent.goTo", { ...cursor(), step: "next" }),
    previous: () => showing("agent.goTo", { ...cursor(), step: "previous" }),
    open: ({ target }) => showing("agent.goTo", target),
    accept: () => decide("agent.accept"),
    reject: () => decide("agent.reject"),
    acceptAll: () => client.ask("agent.accept"),
    rejectAll: () => client.ask("agent.reject"),
    undo: () => client.ask("agent.undo"),
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
    table[`tree.${name}`] = ({ target }) => client.ask(`agent.${name}`, target);
  }
  for (const view of ["diff", "why", "report"]) {
    table[`tree.${view}`] = ({ target }) => showing("agent.showDiff", { ...target, view });
  }
  return Object.entries(table).map(([name, run]) =>
    commands.registerCommand(`fretsaw.${name}`, (row?: Partial<Row>) => run(row ?? {})),
  );
}

/** The workspace folder of the editor in front: it names the repository where there are several. */
function folder(): Target {
  const uri = window.activeTextEditor?.document.uri;
  const root = uri && workspace.getWorkspaceFolder(uri)?.uri.toString();
  return root === undefined ? {} : { root };
}

/** A command of the server that an action or a lens carries; what needs a person first, or VS Code shows better, it does. */
async function dispatch(client: Client, command: string, target: Target): Promise<unknown> {
  if (command === "agent.rewrite" && target.instruction === undefined) {
    const instruction = await window.showInputBox(INSTRUCTION);
    return instruction === undefined ? undefined : client.ask(command, { ...target, instruction });
  }
  const answer = await client.ask(command, target);
  if (command === "agent.showDiff" && answer) await show(answer);
  return answer;
}

/** The issue file that is open, else one of the workspace's that the user picks. */
async function findIssue(): Promise<Uri | undefined> {
  const here = window.activeTextEditor?.document;
  if (here && languages.match({ pattern: ISSUES }, here) > 0) return here.uri;
  const files = await workspace.findFiles(ISSUES, undefined, 100);
  const items = files.map((uri) => ({ label: `$(issues) ${workspace.asRelativePath(uri)}`, uri }));
  const title = files.length > 0 ? "Agent: fix which issue?" : "Agent: write the issue into a file ISSUE.md first";
  return (await window.showQuickPick(items, { title }))?.uri;
}

async function debugInformation(client: Client, store: Store): Promise<void> {
  const told = store.health === "ready" ? await client.ask<{ text: string }>("agent.debugInformation") : undefined;
  const server = `server: ${client.server?.command ?? "none"} ${client.server?.version ?? ""} (${store.health})`;
  const editor = `editor: ${env.appName} ${version}, ${env.remoteName ?? "local"}`;
  const content = [editor, server, told?.text].join("\n");
  await window.showTextDocument(await workspace.openTextDocument({ content, language: "markdown" }));
}

/** Say how a run ended, with what can be done next. */
async function announce(client: Client, { id, state, message }: Run): Promise<void> {
  const again = () => client.ask("agent.retry", { runId: id });
  if (state === "failed") return client.complain(message, again);
  if (state === "cancelled") void window.setStatusBarMessage(`$(circle-slash) Agent: ${message}`, 4000);
  else if (state === "proposed") {
    const chosen = await window.showInformationMessage(`Agent: ${message}`, "Review", "Show All Changes");
    if (chosen) await commands.executeCommand(chosen === "Review" ? "fretsaw.next" : "fretsaw.showChanges");
  } else if (await window.showWarningMessage(`Agent: ${message}`, "Run Again")) await again();
}
