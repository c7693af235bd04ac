/** The runs and proposals that the server told of. Knows no server and no surface that shows them. */

import { commands, EventEmitter, Uri } from "vscode";
import { active, type Change, kept, type Proposal, type ProposedFile, type Run, type Status, waits } from "./protocol";

/** A change with the file and the proposal it belongs to. */
export interface Place {
  readonly proposal: Proposal;
  readonly file: ProposedFile;
  readonly change: Change;
}

export class Store {
  health: "restricted" | "starting" | "missing" | "ready" | "restarting" | "stopped" = "starting";
  status: Status = { state: "idle", model: "", dollarsToday: 0 };
  runs: Run[] = [];
  proposals = new Map<string, Proposal>();
  private readonly changed = new EventEmitter<void>();
  readonly onDidChange = this.changed.event;

  /** Take what is new, and tell everybody. */
  set(news: Partial<Pick<Store, "health" | "status" | "runs" | "proposals">>): void {
    Object.assign(this, news);
    const facts = {
      ready: this.health === "ready",
      running: this.runs.some(active),
      pending: this.newest(waits) !== undefined,
      accepted: this.newest(({ state }) => state === "accepted") !== undefined,
    };
    for (const [name, value] of Object.entries(facts)) {
      void commands.executeCommand("setContext", `fretsaw.${name}`, value);
    }
    this.changed.fire();
  }

  /** The newest proposal that has such a change. */
  newest(such: (change: Change) => boolean): Proposal | undefined {
    const proposals = this.runs.map((run) => this.proposals.get(run.id));
    return proposals.find((proposal) => proposal && kept(proposal).some(such));
  }

  /** Every pending change, newest proposal first, then in the order of files and lines. */
  pending(): Place[] {
    return this.runs
      .flatMap((run) => this.proposals.get(run.id) ?? [])
      .flatMap((proposal) => proposal.files.map((file) => ({ proposal, file })))
      .flatMap(({ proposal, file }) => file.changes.map((change) => ({ proposal, file, change })))
      .filter(({ change }) => waits(change));
  }

  pendingIn(uri: Uri): Place[] {
    return this.pending().filter(({ file }) => sameUri(file.uri, uri));
  }
}

/** Whether a URI as the server spells it is this one. */
export const sameUri = (text: string, uri: Uri | undefined): boolean => Uri.parse(text).toString() === uri?.toString();
