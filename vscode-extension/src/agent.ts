/** The connection to the server: found, started, restarted, asked. Knows nothing of how things are shown. */

import { homedir } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { ExtensionContext, LogOutputChannel } from "vscode";
import { commands, extensions, ProgressLocation, Uri, window, workspace } from "vscode";
import type { CloseHandlerResult, Middleware } from "vscode-languageclient/node";
import * as lsp from "vscode-languageclient/node";
import { discover, environments, identify, OLDEST, programs, RUNNERS, searched, type Server, usable } from "./discovery";
import { KEY } from "./key";
import type { Row, Run, Status, Target } from "./protocol";
import type { Store } from "./store";

interface PythonApi {
  readonly environments?: { getActiveEnvironmentPath(resource?: Uri): { readonly path: string } };
}
const PATH = searched(process.env.PATH ?? "");
const MOST_CRASHES = 6;
const CALM_MS = 60_000;

/** The library's client; what a person is told, and with which button, we say. */
class QuietClient extends lsp.LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

export class Client {
  readonly log: LogOutputChannel;
  server: Server | undefined;
  /** What is done for a command of the server that an action or a lens carries. */
  dispatch = (command: string, target?: Target): Promise<unknown> => this.ask(command, target);
  onEnd: (run: Run) => void = () => undefined;
  private readonly context: ExtensionContext;
  private readonly store: Store;
  private client: lsp.LanguageClient | undefined;
  private key: string | undefined;
  private crashes: number[] = [];
  /** The notification of each active run: takes what is new of it, and closes at its end. */
  private readonly watched = new Map<string, (run?: Run) => void>();

  constructor(context: ExtensionContext, store: Store, log: LogOutputChannel) {
    [this.context, this.store, this.log] = [context, store, log];
    const changed = context.secrets.onDidChange(async ({ key }) => {
      if (key === KEY) await this.client?.sendNotification("agent/didChangeKey", { apiKey: await this.readKey() });
    });
    context.subscriptions.push(changed);
  }

  /** Find the server and start it, or say what is missing. */
  start(): Promise<void> {
    return this.tryToStart().catch((error: unknown) => {
      this.log.error(String(error));
      this.giveUp();
    });
  }

  private async tryToStart(): Promise<void> {
    this.store.setHealth(workspace.isTrusted ? "starting" : "restricted");
    if (!workspace.isTrusted) return;
    this.server = await this.find();
    if (!this.server || !usable(this.server)) {
      this.log.warn(`No server of version ${OLDEST} or later in ${PATH.join(", ")} or an environment of the workspace`);
      this.store.setHealth("missing");
      return void this.help();
    }
    await this.readKey();
    const { command, args, version } = this.server;
    this.log.info(`Server ${version}: ${command}`);
    const run = { command, args: [...args, "lsp"], transport: lsp.TransportKind.stdio, options: { cwd: homedir() } };
    const client = (this.client = new QuietClient("fretsaw", "Agent", run, this.options()));
    this.listen(client);
    await client.start().catch((error: unknown) => {
      if (this.client === client) throw error;
    });
  }

  async stop(): Promise<void> {
    const client = this.client;
    [this.client, this.crashes] = [undefined, []];
    this.unwatch();
    await client?.dispose(2000).catch((error: unknown) => {
      this.log.warn(String(error));
    });
    this.store.setHealth("stopped");
  }

  /** Run a command of the server; its refusal is shown and answered with undefined. */
  async ask<T>(command: string, target: Target | object = {}): Promise<T | undefined> {
    if (this.store.health !== "ready" || !this.client) return void this.help();
    try {
      return (await this.client.sendRequest(lsp.ExecuteCommandRequest.type, { command, arguments: [target] })) as T;
    } catch (error) {
      this.log.error(String(error));
      if (error instanceof lsp.ResponseError) void this.complain(error.message);
      return undefined;
    }
  }

  /** Show an error with what can be done about it. */
  async complain(text: string, again?: () => unknown): Promise<void> {
    const buttons: Record<string, () => unknown> = {
      ...(/\bkey\b/i.test(text) && { "Set API Key": () => commands.executeCommand("fretsaw.setKey") }),
      ...(again && { "Run Again": again }),
      "Show Log": () => commands.executeCommand("fretsaw.showLog"),
    };
    const chosen = await window.showErrorMessage(`Agent: ${text}`, ...Object.keys(buttons));
    if (chosen) await buttons[chosen]?.();
  }

  /** From the editor's types to the protocol's. */
  get converter() {
    return this.client?.code2ProtocolConverter;
  }

  private async readKey(): Promise<string | null> {
    this.key = await this.context.secrets.get(KEY);
    void commands.executeCommand("setContext", "fretsaw.hasKey", this.key !== undefined);
    return this.key ?? null;
  }

  private async find(): Promise<Server | undefined> {
    const path = workspace.getConfiguration("agent").get<string>("server.path", "");
    if (path) return identify(path);
    const installed = await discover(programs(PATH, "agent", "fretsaw"));
    if (usable(installed)) return installed;
    const folders = workspace.workspaceFolders?.flatMap((folder) => environments(folder.uri.fsPath)) ?? [];
    const local = await discover(programs([...(await interpreters()), ...folders], "agent", "fretsaw"));
    if (usable(local)) return local;
    const agreed = this.context.globalState.get<string>("runner", "");
    const [runner] = programs(PATH, agreed);
    return agreed && runner ? identify(runner, RUNNERS[agreed], 300_000) : (installed ?? local);
  }

  /** One message that says why there is no server, with a button that mends it. */
  private async help(): Promise<void> {
    const show = async (text: string, button: string, mend: () => unknown) => {
      if (await window.showWarningMessage(`Agent: ${text}`, button)) await mend();
    };
    const run = (command: string, ...args: unknown[]) => () => commands.executeCommand(command, ...args);
    const restricted = "this folder is in Restricted Mode; nothing is run or sent until you trust it.";
    if (!workspace.isTrusted) return show(restricted, "Manage Workspace Trust", run("workbench.trust.manage"));
    const restart = run("fretsaw.restart");
    if (this.store.health !== "missing") return show("the language server is not running; the log says why.", "Restart Server", restart);
    const path = workspace.getConfiguration("agent").get<string>("server.path", "");
    const old = this.server && `${this.server.command} is version ${this.server.version}; at least ${OLDEST} is needed.`;
    const wrong = `${path} (setting agent.server.path) is not Fretsaw's language server.`;
    if (path) return show(old ?? wrong, "Open Settings", run("workbench.action.openSettings", "agent.server.path"));
    const text = old ?? "Fretsaw's language server is not installed here.";
    const name = Object.keys(RUNNERS).find((name) => programs(PATH, name).length > 0);
    if (!name) return show(text, "Install with pip", installWithPip);
    return show(text, `Run with ${name}`, () => this.context.globalState.update("runner", name).then(restart));
  }

  private options(): lsp.LanguageClientOptions {
    const wishes = { trust: "trusted", notify: ["run", "tree", "status"], showDocument: "off", hints: "off" };
    return {
      documentSelector: [{ scheme: "file" }, { scheme: "untitled" }],
      outputChannel: this.log,
      revealOutputChannelOn: lsp.RevealOutputChannelOn.Never,
      initializationOptions: () => ({ ...wishes, settings: chosenSettings(undefined), apiKey: this.key }),
      initializationFailedHandler: () => false,
      errorHandler: { error: () => ({ action: lsp.ErrorAction.Continue, handled: true }), closed: () => this.crashed() },
      middleware: this.middleware(),
    };
  }

  private middleware(): Middleware {
    return {
      executeCommand: (command, args: object[]) => this.dispatch(command, args[0]),
      // The library shows it in the status bar only; a run can be watched and cancelled in a notification.
      handleWorkDoneProgress: () => undefined,
      workspace: {
        configuration: ({ items }) => items.map(({ section, scopeUri }) => (section === "agent" ? chosenSettings(scopeUri) : null)),
      },
    };
  }

  private listen(client: lsp.LanguageClient): void {
    client.onNotification("agent/run", (run: Run) => {
      if (!this.watched.has(run.id)) this.watch(run);
      this.watched.get(run.id)?.(run.message ? undefined : run);
      if (!run.message) return;
      this.watched.delete(run.id);
      this.onEnd(run);
    });
    client.onNotification("agent/tree", (row: Row) => {
      this.store.setRow(row);
    });
    client.onNotification("agent/status", (status: Status) => {
      this.store.setStatus(status);
    });
    client.onDidChangeState(({ newState }) => {
      if (newState === lsp.State.Running) this.store.setHealth("ready");
    });
  }

  /** The server went away by itself: start it again, later each time, and not for ever. */
  private async crashed(): Promise<CloseHandlerResult> {
    const client = this.client;
    this.unwatch();
    this.crashes = [...this.crashes.filter((when) => when > Date.now() - CALM_MS), Date.now()];
    if (client && this.crashes.length < MOST_CRASHES) {
      this.store.setHealth("restarting");
      const wait = 250 * 2 ** this.crashes.length;
      this.log.warn(`The server ended by itself and is started again in ${wait} ms`);
      await sleep(wait);
      if (this.client === client) return { action: lsp.CloseAction.Restart, handled: true };
    } else if (client) this.giveUp();
    return { action: lsp.CloseAction.DoNotRestart, handled: true };
  }

  /** The server cannot be kept running: say so, once. */
  private giveUp(): void {
    if (this.store.health === "stopped") return;
    this.store.setHealth("stopped");
    void this.help();
  }

  /** A notification that shows a run and can cancel it, until the run has ended or the server is gone. */
  private watch({ id, title }: Run): void {
    const options = { location: ProgressLocation.Notification, title: `Agent: ${title}`, cancellable: true };
    void window.withProgress(options, (progress, cancel) => {
      cancel.onCancellationRequested(() => this.ask("agent.cancel", { runId: id }));
      let done = 0;
      return new Promise<void>((end) => {
        this.watched.set(id, (run) => {
          if (run) progress.report({ message: run.text, increment: run.percentage - done });
          else end();
          done = run?.percentage ?? done;
        });
      });
    });
  }

  private unwatch(): void {
    for (const watched of this.watched.values()) watched();
    this.watched.clear();
  }
}

/** The folder of the interpreter that the Python extension uses, when there is that extension. */
async function interpreters(): Promise<string[]> {
  const python = extensions.getExtension<PythonApi>("ms-python.python");
  const api = python && (await Promise.resolve(python.activate()).catch(() => undefined));
  const path = api?.environments?.getActiveEnvironmentPath(workspace.workspaceFolders?.[0]?.uri).path;
  return path ? [Uri.joinPath(Uri.file(path), "..").fsPath] : [];
}

function installWithPip(): void {
  const terminal = window.createTerminal("Install Fretsaw");
  terminal.show();
  // Typed, not run: the user presses Enter.
  terminal.sendText("python3 -m pip install --user --upgrade fretsaw", false);
}

/** Only what somebody set: a default sent along would win over the repository's own file. */
function chosenSettings(scope: string | undefined): Record<string, unknown> {
  const configuration = workspace.getConfiguration("agent", scope === undefined ? undefined : Uri.parse(scope));
  const chosen = Object.keys(configuration).flatMap((name) => {
    const found = name === "server" ? undefined : configuration.inspect(name);
    const value: unknown = found?.workspaceFolderValue ?? found?.workspaceValue ?? found?.globalValue;
    return value === undefined || value === null ? [] : [[name, value] as const];
  });
  return Object.fromEntries(chosen);
}
