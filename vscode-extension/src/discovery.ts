/** Where the server's program is. Knows the disk and processes, and nothing of VS Code. */

import { execFile } from "node:child_process";
import { statSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, isAbsolute, join } from "node:path";

export interface Server {
  readonly command: string;
  readonly args: string[];
  readonly version: string;
}

export const OLDEST = "0.1.0";
/** Programs that fetch and run the server, and how they are told to; never by a workspace's own configuration. */
export const RUNNERS: Record<string, string[]> = {
  uvx: ["--no-config", "--from", "fretsaw", "agent"],
  pipx: ["run", "--spec", "fretsaw", "agent"],
};
const WINDOWS = process.platform === "win32";

/** The folders of PATH. A relative one would mean the workspace, which nobody trusts by opening it. */
export const searched = (path: string): string[] => path.split(delimiter).filter(isAbsolute);

/** Where Python environments usually lie in a folder. */
export const environments = (folder: string): string[] =>
  [".venv", "venv", "env"].map((name) => join(folder, name, WINDOWS ? "Scripts" : "bin"));

/** The programs of these names that there are in these folders, as full paths. */
export function programs(folders: string[], ...names: string[]): string[] {
  const paths = folders.flatMap((folder) => names.map((name) => join(folder, WINDOWS ? `${name}.exe` : name)));
  return [...new Set(paths)].filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
}

/** The version that `--version` tells; undefined for a program that only shares the name. */
export const versionOf = (output: string): string | undefined => /^fretsaw\b\D*(\d+(?:\.\d+)*)/i.exec(output)?.[1];

/** Whether there is a server that is not too old. */
export const usable = (server: Server | undefined, oldest: string = OLDEST): boolean =>
  server !== undefined && server.version.localeCompare(oldest, "en", { numeric: true }) >= 0;

/** Ask a program who it is; undefined when it is not the server. */
export function identify(command: string, args: string[] = [], timeout = 20_000): Promise<Server | undefined> {
  return new Promise((resolve) => {
    execFile(command, [...args, "--version"], { timeout, cwd: homedir(), windowsHide: true }, (_, output) => {
      const version = versionOf(output);
      resolve(version === undefined ? undefined : { command, args, version });
    });
  });
}

/** The first server that is not too old, else the first of any age. */
export async function discover(commands: string[]): Promise<Server | undefined> {
  let old: Server | undefined;
  for (const command of commands) {
    const server = await identify(command);
    if (usable(server)) return server;
    old ??= server;
  }
  return old;
}
