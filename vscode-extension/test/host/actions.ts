import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { CodeAction, CodeActionKind, commands, languages, TabInputWebview, type TextDocument, Uri, window, workspace } from "vscode";
import { actions, eventually, golden, lenses, LINE, opened, press, requests } from "./near.ts";

interface Listed {
  runId: string;
  dropped: { id: number; label: string }[];
}
const listed = async () => commands.executeCommand<{ runs: unknown[]; proposals: Listed[] }>("agent.listRuns", {});

suite("code actions in the extension host", () => {
  let document: TextDocument;
  let original: string;

  suiteSetup(async () => {
    document = await opened("shop/prices.py");
    original = document.getText();
    await eventually("the linter", () => languages.getDiagnostics(document.uri)[2]);
  });

  test("stand below the linter's own fixes, and none is preferred", async () => {
    const found = await eventually("the agent's action", async () => {
      const all = await actions(document, LINE, "quickfix");
      return all.some(({ title }) => title.startsWith("Agent: Fix")) ? all : undefined;
    });
    assert.match(found[0]?.title ?? "", /^Ruff/);
    assert.ok(found.every(({ title, isPreferred }) => !title.startsWith("Agent") || isPreferred !== true));
    assert.equal(requests(), 0, "a menu asks no model");
  });

  test("stand below a fix that is neither preferred nor of a newer extension", async () => {
    const older = languages.registerCodeActionsProvider({ scheme: "file", pattern: "**/*" }, {
      provideCodeActions: (_document, _range, { diagnostics }) => {
        const fix = new CodeAction("Older: fix it", CodeActionKind.QuickFix);
        fix.diagnostics = [...diagnostics];
        return [fix];
      },
    });
    await commands.executeCommand("fretsaw.restart");
    const titles = await eventually("the actions of both", async () => {
      const all = (await actions(document, LINE, "quickfix")).map(({ title }) => title);
      return all.some((title) => title.startsWith("Agent: Fix")) ? all : undefined;
    });
    older.dispose();
    const last = Math.max(titles.indexOf("Older: fix it"), ...titles.map((title, index) => (title.startsWith("Ruff") ? index : -1)));
    assert.ok(titles.includes("Older: fix it"), titles.join());
    assert.ok(titles.findIndex((title) => title.startsWith("Agent")) > last, titles.join());
  });

  for (const kind of ["source.fixAll", "source.organizeImports", "source"]) {
    test(`are not part of ${kind}`, async () => {
      const found = await actions(document, LINE, kind);
      assert.deepEqual(found.filter(({ title, kind: own }) => title.startsWith("Agent") && !own?.value.startsWith("source.agent")), []);
      if (kind !== "source") assert.deepEqual(found.filter(({ title }) => title.startsWith("Agent")), []);
    });
  }

  test("are not run on save, whatever is asked of a save", async () => {
    const config = workspace.getConfiguration("editor", document.uri);
    await config.update("codeActionsOnSave", { "source.fixAll": "always", quickfix: "always" }, false);
    const editor = window.activeTextEditor;
    await editor?.edit((edit) => {
      edit.insert(document.lineAt(document.lineCount - 1).range.end, "\n");
    });
    await document.save();
    // A run is known before its first request, and VS Code waits for the commands that a save runs.
    assert.deepEqual((await listed()).runs, []);
    await config.update("codeActionsOnSave", undefined, false);
    await editor?.edit((edit) => {
      edit.replace(document.validateRange(document.lineAt(0).range.with(undefined, document.lineAt(document.lineCount - 1).range.end)), original);
    });
    await document.save();
    assert.equal(readFileSync(document.uri.fsPath, "utf8"), original);
  });

  test("start one run; nothing is written into the text before a change is accepted", async () => {
    const [action] = (await eventually("the agent's action", async () => {
      const own = (await actions(document, LINE, "quickfix")).filter(({ title }) => title.startsWith("Agent: Fix"));
      return own.length > 0 ? own : undefined;
    }));
    await press(action!);
    await eventually("two changes to review", async () => (await lenses(document, "Accept"))[1]);
    assert.equal(requests(), 1);
    assert.equal(document.getText(), original);
    assert.equal(document.isDirty, false);
  });

  test("change only the accepted lines, and the editor's undo takes only them back", async () => {
    const [accept] = await lenses(document, "Accept");
    await press(accept!);
    await eventually("the accepted text", () => (document.getText() === golden("one-accepted.py") ? true : undefined));
    assert.equal(document.isDirty, true, "what was accepted waits in the buffer for a save");
    assert.equal(readFileSync(document.uri.fsPath, "utf8"), original);
    await commands.executeCommand("undo");
    assert.equal(document.getText(), original);
    await eventually("both to review again", async () => (await lenses(document, "Accept"))[1]);
  });

  test("make a change stale when its lines are edited, and let it be pending again", async () => {
    const editor = window.activeTextEditor;
    await editor?.edit((edit) => {
      edit.insert(document.lineAt(LINE).range.end, "  # mine");
    });
    await eventually("one to review", async () => ((await lenses(document, "Accept")).length === 1 ? true : undefined));
    assert.match(document.lineAt(LINE).text, /# mine$/);
    await commands.executeCommand("undo");
    await eventually("both to review again", async () => (await lenses(document, "Accept"))[1]);
    assert.equal(document.getText(), original);
  });

  test("show what was dropped with its reason, and restore it", async () => {
    const [{ runId, dropped }] = (await listed()).proposals as [Listed];
    assert.match(dropped[0]?.label ?? "", /line/);
    await commands.executeCommand("fretsaw.tree.why", { target: { runId, change: dropped[0]?.id } });
    await eventually("the page of the change", () =>
      window.tabGroups.all.flatMap(({ tabs }) => tabs).find(({ input }) => input instanceof TabInputWebview),
    );
    const page = await workspace.openTextDocument(Uri.parse(`agent:/runs/${runId}/changes/${dropped[0]?.id}.md`));
    assert.match(page.getText(), /^# Change [^]*Dropped by the rule[^]*CURRENCIES/);
    await commands.executeCommand("fretsaw.tree.restore", { target: { runId, change: dropped[0]?.id } });
    await eventually("three to review", async () => (await lenses(document, "Accept"))[2]);
    await commands.executeCommand("fretsaw.tree.reject", { target: { runId, change: dropped[0]?.id } });
    await eventually("two to review", async () => ((await lenses(document, "Accept")).length === 2 ? true : undefined));
    await opened("shop/prices.py");
  });

  test("are undone as a whole, later edits kept", async () => {
    await commands.executeCommand("fretsaw.acceptAll");
    await eventually("both accepted", () => (document.getText().includes("except:") ? undefined : true));
    await window.activeTextEditor?.edit((edit) => {
      edit.insert(document.lineAt(0).range.end, "  # kept");
    });
    await commands.executeCommand("fretsaw.undo");
    const expected = original.replace('cents."""', 'cents."""  # kept');
    await eventually("the proposal undone", () => (document.getText() === expected ? true : undefined));
    await commands.executeCommand("workbench.action.files.revert");
  });

  test("fix all problems of a file by command", async () => {
    await commands.executeCommand("fretsaw.rejectAll");
    await eventually("nothing to review", async () => ((await lenses(document, "Accept")).length === 0 ? true : undefined));
    await commands.executeCommand("fretsaw.fixFile");
    await eventually("two changes to review", async () => (await lenses(document, "Accept"))[1]);
    assert.equal(requests(), 2);
  });

  test("answer politely where there is nothing to do", async () => {
    const untitled = await workspace.openTextDocument({ content: "print(1)\n", language: "python" });
    await window.showTextDocument(untitled);
    const found = await actions(untitled, 0);
    assert.deepEqual(found.filter(({ title }) => title.startsWith("Agent: Fix")), []);
    await commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
  });
});
