/** Review in the editor: marks at changes that wait, places, diffs and pages. Knows only the store. */

import type { Disposable, TextDocumentContentProvider, TextEditor } from "vscode";
import { commands, MarkdownString, OverviewRulerLane, Range, ThemeColor, Uri, ViewColumn, window, workspace } from "vscode";
import type { Row, Shown, Target } from "./protocol";
import type { Store } from "./store";

const SIDE = "fretsaw";
const BLUE = new ThemeColor("editorGutter.modifiedBackground");

/** Marks every change that waits in every visible editor. */
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
    const { document } = editor;
    const here = store.marks.filter(({ uri }) => uri !== undefined && Uri.parse(uri).toString() === document.uri.toString());
    const options = here.map(({ range, label, diff, why }: Row) => ({
      range: document.validateRange(new Range(range?.start.line ?? 0, 0, range?.end.line ?? 0, 1e6)),
      // Text of a model: nothing in it is a link or a command.
      hoverMessage: new MarkdownString().appendCodeblock(diff ?? "", "diff").appendText(why ?? ""),
      renderOptions: { after: { contentText: label } },
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

/** Where the cursor is, as the server knows the document. */
export function cursor(): Target {
  const editor = window.activeTextEditor;
  if (!editor) return {};
  const { line, character } = editor.selection.active;
  const { scheme, query } = editor.document.uri;
  return { uri: scheme === SIDE ? query : editor.document.uri.toString(), position: { line, character } };
}

/** Show a place in a file, files before and after, or a page beside the editor. */
export async function show({ title, uri, range, files = [] }: Shown): Promise<void> {
  const sides = files.map(({ path, before, after }) => [side(path, before), side(path, after)] as const);
  if (sides[0] && sides.length === 1) {
    await commands.executeCommand("vscode.diff", ...sides[0], `Agent: ${files[0]?.path ?? ""}`);
  } else if (sides.length > 0) {
    const rows = sides.map(([before, after], index) => [Uri.parse(files[index]?.uri ?? ""), before, after]);
    await commands.executeCommand("vscode.changes", title, rows);
  } else if (uri !== undefined && range) {
    const { line } = range.start;
    await window.showTextDocument(Uri.parse(uri), { selection: new Range(line, 0, line, 0) });
  } else if (uri?.endsWith(".md")) {
    await commands.executeCommand("markdown.showPreviewToSide", Uri.parse(uri));
  } else if (uri !== undefined) {
    await window.showTextDocument(Uri.parse(uri), { viewColumn: ViewColumn.Beside, preview: true, preserveFocus: true });
  }
}

/** A text of the server under the file's own name, so that an editor does not take it for a renamed file. */
const side = (path: string, uri: string): Uri => Uri.from({ scheme: SIDE, path: `/${path}`, query: uri });
