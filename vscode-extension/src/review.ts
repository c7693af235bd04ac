/** Review in the editor: marks at pending changes, moving through them, diffs. Knows only the store. */

import type { Disposable, TextDocumentContentProvider, TextEditor } from "vscode";
import { commands, MarkdownString, OverviewRulerLane, Position, Range, ThemeColor, Uri } from "vscode";
import { TextEditorRevealType, ViewColumn, window, workspace } from "vscode";
import { type Change, glimpse, type Proposal, type ProposedFile, why } from "./protocol";
import { type Place, sameUri, type Store } from "./store";

const SIDE = "fretsaw";
const BLUE = new ThemeColor("editorGutter.modifiedBackground");

/** Marks every pending change in every visible editor. */
export function showMarks(store: Store): Pick<Disposable, "dispose">[] {
  const mark = window.createTextEditorDecorationType({
    isWholeLine: true,
    backgroundColor: new ThemeColor("fretsaw.pendingBackground"),
    overviewRulerColor: BLUE,
    overviewRulerLane: OverviewRulerLane.Left,
    borderColor: BLUE,
    borderStyle: "solid",
    borderWidth: "0 0 0 3px",
    after: { color: new ThemeColor("editorCodeLens.foreground"), margin: "0 0 0 2em", fontStyle: "italic" },
  });
  const decorate = (editor: TextEditor) => {
    const places = store.pendingIn(editor.document.uri).filter(({ change }) => change.range);
    const options = places.map(({ change }) => ({
      range: editor.document.validateRange(lines(change).with(undefined, new Position(lines(change).end.line, 1e6))),
      hoverMessage: hover(change),
      renderOptions: { after: { contentText: glimpse(change) } },
    }));
    editor.setDecorations(mark, options);
  };
  const all = () => {
    window.visibleTextEditors.forEach(decorate);
  };
  const sides: TextDocumentContentProvider = {
    provideTextDocumentContent: async (uri) => (await workspace.openTextDocument(Uri.parse(uri.query))).getText(),
  };
  const registered = workspace.registerTextDocumentContentProvider(SIDE, sides);
  return [mark, registered, store.onDidChange(all), window.onDidChangeVisibleTextEditors(all)];
}

/** The pending change at the cursor, or shown in the diff that has the focus. */
export function current(store: Store): Place | undefined {
  const line = window.activeTextEditor?.selection.active.line ?? 0;
  return here(store).find(({ change }) => {
    const { start, end } = lines(change);
    return change.kind !== "lines" || (start.line <= line && line <= end.line);
  });
}

/** The pending change after (1) or before (-1) the cursor, through all files and around. */
export function nearby(store: Store, step: 1 | -1): Place | undefined {
  const places = store.pending();
  const line = window.activeTextEditor?.selection.active.line ?? 0;
  const at = current(store);
  const ahead = here(store).filter(({ change }) => (lines(change).start.line - line) * step > 0);
  if (!at && ahead.length > 0) return ahead.at(step === 1 ? 0 : -1);
  const from = at ?? here(store).at(step === 1 ? -1 : 0);
  const index = places.findIndex(({ change }) => change === from?.change);
  return places.at((index < 0 && step < 0 ? index : index + step) % Math.max(1, places.length));
}

/** The pending changes of the document, or of the diff, that has the focus. */
function here(store: Store): Place[] {
  const uri = window.activeTextEditor?.document.uri;
  return store.pending().filter(({ file }) => sameUri(file.uri, uri) || side(file, file.after).toString() === uri?.toString());
}

/** Show where a change is; one without a place in the present text is shown as a diff, a dropped one with its reason. */
export async function open(place: Pick<Place, "proposal" | "change"> & { file: ProposedFile | undefined } | undefined): Promise<void> {
  if (!place) return;
  const { proposal, file, change } = place;
  if (!file || change.state === "dropped") return page(`agent:/runs/${proposal.runId}/changes/${change.id}.diff`);
  if (!change.range || change.kind !== "lines") return diff(file);
  const { start } = lines(change);
  const editor = await window.showTextDocument(Uri.parse(file.uri), { selection: new Range(start, start) });
  editor.revealRange(lines(change), TextEditorRevealType.InCenterIfOutsideViewport);
}

/** All files of a proposal, before and after, in one editor. */
export async function diffAll(proposal: Proposal): Promise<void> {
  const files = proposal.files.filter((file) => file.changes.length > 0);
  const sides = files.map((file) => [Uri.parse(file.uri), side(file, file.before), side(file, file.after)]);
  await commands.executeCommand("vscode.changes", `Agent: ${proposal.title}`, sides);
}

/** A text of the server under the file's own name, so that an editor does not take it for a renamed file. */
const side = (file: ProposedFile, uri: string): Uri => Uri.from({ scheme: SIDE, path: `/${file.path}`, query: uri });

export async function diff(file: ProposedFile): Promise<void> {
  await commands.executeCommand("vscode.diff", side(file, file.before), side(file, file.after), `Agent: ${file.path}`);
}

/** A text of the server beside the editor, the cursor left where it is. */
export async function page(uri: string): Promise<void> {
  if (uri.endsWith(".md")) await commands.executeCommand("markdown.showPreviewToSide", Uri.parse(uri));
  else {
    const document = await workspace.openTextDocument(Uri.parse(uri));
    await window.showTextDocument(document, { viewColumn: ViewColumn.Beside, preview: true, preserveFocus: true });
  }
}

/** The lines a change stands on: its range without the start of the line after it. */
function lines({ range }: Change): Range {
  const { start, end } = range ?? { start: new Position(0, 0), end: new Position(0, 0) };
  return new Range(start.line, 0, end.character === 0 && end.line > start.line ? end.line - 1 : end.line, 0);
}

/** What a change takes and puts, and why; text of a model, so nothing in it is a link or a command. */
function hover(change: Change): MarkdownString {
  const diff = [...change.removed.map((line) => `-${line}`), ...change.added.map((line) => `+${line}`)];
  const text = new MarkdownString().appendCodeblock(diff.join("\n"), "diff");
  return text.appendText([why(change), change.flag].filter(Boolean).join(" · "));
}
