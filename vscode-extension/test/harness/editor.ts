/** A real VS Code (code-server) with the packed extension installed, a scripted model, and a linter. */

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";

export const HERE = resolve(import.meta.dirname, "../..");
export const PROJECT = resolve(HERE, "..");
export const CACHE = join(HERE, ".cache");
const NODE = join(CACHE, "node/node");
const CODE_SERVER = join(CACHE, "editor/node_modules/code-server/out/node/entry.js");
const BIN = join(PROJECT, ".venv/bin");
export const EXTENSIONS = [join(HERE, "fretsaw.vsix"), join(CACHE, "linter.vsix")];
const QUIET = {
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
  "telemetry.telemetryLevel": "off",
  "extensions.ignoreRecommendations": true,
  "git.openRepositoryInParentFolders": "never",
  "security.workspace.trust.enabled": false,
  "editor.minimap.enabled": false,
  "chat.disableAIFeatures": true,
  "files.hotExit": "off",
  "files.autoSave": "off",
  "window.commandCenter": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
};

/** Resolves with the first line of a program's output that the pattern matches; rejects when it ends before. */
export function told(child: ChildProcess, pattern: RegExp): Promise<string> {
  return new Promise((tell, fail) => {
    let output = "";
    const take = (data: Buffer) => {
      output += data.toString();
      const found = pattern.exec(output);
      if (found) tell(found[1] ?? found[0]);
    };
    child.stdout?.on("data", take);
    child.stderr?.on("data", take);
    child.once("exit", (code) => {
      fail(new Error(`ended with ${code ?? "a signal"}:\n${output}`));
    });
  });
}

export function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once("exit", () => {
      resolve();
    });
    child.kill("SIGTERM");
    setTimeout(() => child.kill("SIGKILL"), 3000).unref();
  });
}

/** The model that ships with Fretsaw, on loopback. `log` gets every request's body. */
export async function startModel(log: string, ...more: string[]): Promise<{ url: string; stop(): Promise<void> }> {
  const replies = join(PROJECT, "examples/vscode-tour-replies");
  const args = [join(import.meta.dirname, "model.py"), "--replies", replies, "--log", log, ...more];
  const child = spawn(join(BIN, "python"), args, { stdio: ["ignore", "pipe", "pipe"] });
  return { url: await told(child, /(http:\/\/127\S+)/), stop: () => ended(child) };
}

export class Editor {
  readonly home: string;
  private child: ChildProcess | undefined;
  private readonly made: string[] = [];
  url = "";

  constructor(name: string) {
    mkdirSync(join(CACHE, "work"), { recursive: true });
    this.home = mkdtempSync(join(CACHE, `work/${name}-`));
  }

  /** Install the extensions and start. `search` comes before the rest of PATH; the real server is there by default. */
  async start(search = [this.programs("agent")], environment: Record<string, string> = {}, driven = false, extensions = EXTENSIONS): Promise<void> {
    mkdirSync(join(this.home, "extensions"), { recursive: true });
    for (const vsix of extensions) {
      execFileSync(NODE, [CODE_SERVER, ...this.folders(), "--install-extension", vsix], { stdio: "pipe", env: this.environment(search, {}) });
    }
    const options = ["--auth", "none", "--bind-addr", "127.0.0.1:0", "--disable-telemetry", "--disable-update-check", "--reconnection-grace-time", "1"];
    // With this option VS Code takes tests from a page's address, and shows no notifications.
    const more = driven ? ["--vscode-option", "enable-smoke-test-driver"] : [];
    this.child = spawn(NODE, [CODE_SERVER, ...this.folders(), ...options, ...more], {
      env: this.environment(search, environment),
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.url = await told(this.child, /HTTP server listening on (http:\/\/\S+?)\/?\s/);
  }

  /** Settings of the user, and of the machine: a remote window reads the machine's own from the latter. */
  settings(values: Record<string, unknown>): void {
    for (const place of ["User", "Machine"]) {
      mkdirSync(join(this.home, "data", place), { recursive: true });
      writeFileSync(join(this.home, "data", place, "settings.json"), JSON.stringify({ ...QUIET, ...values }));
    }
  }

  /** A fresh copy of the tour, as a git repository of its own; one never seen, of which VS Code restores nothing. */
  workspace(name: string): string {
    const again = this.made.filter((made) => made === name).length;
    this.made.push(name);
    const folder = join(this.home, again > 0 ? `${name}-${again + 1}` : name);
    cpSync(join(PROJECT, "examples/vscode-tour"), folder, { recursive: true });
    const git = (...args: string[]) => execFileSync("git", ["-C", folder, "-c", "user.name=t", "-c", "user.email=t@t", ...args]);
    git("init", "-q", "-b", "main");
    git("add", ".");
    git("commit", "-q", "-m", "start");
    return folder;
  }

  /** A folder for PATH with only these programs of the environment in it. */
  programs(...names: string[]): string {
    const folder = join(this.home, `bin-${names.join("-")}`);
    mkdirSync(folder, { recursive: true });
    for (const name of names) {
      rmSync(join(folder, name), { force: true });
      symlinkSync(join(BIN, name), join(folder, name));
    }
    return folder;
  }

  /** Milliseconds of processor time that the editor and the processes below it have used, by process. */
  processor(): Map<string, number> {
    const all = readdirSync("/proc").filter((name) => /^\d+$/.test(name)).flatMap((pid) => {
      try {
        const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
        return [{ pid, parent: fields[1]!, ticks: Number(fields[11]) + Number(fields[12]) }];
      } catch {
        return []; // It ended meanwhile.
      }
    });
    const ours = new Set([String(this.child?.pid)]);
    for (let size = 0; size < ours.size; ) {
      size = ours.size;
      for (const { pid, parent } of all) if (ours.has(parent)) ours.add(pid);
    }
    return new Map(all.filter(({ pid }) => ours.has(pid)).map(({ pid, ticks }) => [pid, ticks * 10]));
  }

  read = (...path: string[]): string => readFileSync(join(...path), "utf8");

  async stop(): Promise<void> {
    if (this.child) await ended(this.child);
    rmSync(this.home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  private folders(): string[] {
    return ["--user-data-dir", join(this.home, "data"), "--extensions-dir", join(this.home, "extensions")];
  }

  private environment(search: string[], more: Record<string, string>): Record<string, string> {
    const path = [...search, dirname(NODE), "/usr/local/bin", "/usr/bin", "/bin"].join(delimiter);
    const home = join(this.home, "home");
    mkdirSync(home, { recursive: true });
    // VS Code asks a login shell for the PATH, as it does for a person's own.
    writeFileSync(join(home, ".profile"), `export PATH="${path}"\n`);
    return { PATH: path, HOME: home, SHELL: "/bin/bash", RUFF: join(BIN, "ruff"), FRETSAW_STATE_DIR: join(this.home, "state"), LANG: "C.UTF-8", ...more };
  }
}
