/** What the server told last. Knows no server and no surface that shows it. */

import { commands, EventEmitter } from "vscode";
import type { Row, Status } from "./protocol";

const IDLE: Status = { state: "idle", text: "", detail: "", runs: 0, pending: 0, accepted: 0 };

export class Store {
  health: "restricted" | "starting" | "missing" | "ready" | "restarting" | "stopped" = "starting";
  status = IDLE;
  private readonly runs = new Map<string, Row>();
  private readonly changed = new EventEmitter<void>();
  readonly onDidChange = this.changed.event;

  /** The tree of each run, the newest first. */
  get rows(): Row[] {
    return [...this.runs.values()].sort((one, other) => (one.id < other.id ? 1 : -1));
  }

  /** The rows of changes that wait and have a place in a text. */
  get marks(): Row[] {
    const flat = (rows: Row[]): Row[] => rows.flatMap((row) => [row, ...flat(row.rows)]);
    return flat(this.rows).filter((row) => row.range);
  }

  setRow(row: Row): void {
    this.runs.set(row.id, row);
    this.changed.fire();
  }

  /** A server that is gone has told nothing: the next one tells all of it again. */
  setHealth(health: Store["health"]): void {
    this.health = health;
    if (health !== "ready") this.runs.clear();
    this.setStatus(health === "ready" ? this.status : IDLE);
  }

  setStatus(status: Status): void {
    this.status = status;
    const { runs, pending, accepted } = status;
    const facts = { ready: this.health === "ready", running: runs > 0, pending: pending > 0, accepted: accepted > 0 };
    for (const [name, value] of Object.entries(facts)) {
      void commands.executeCommand("setContext", `fretsaw.${name}`, value);
    }
    this.changed.fire();
  }
}
