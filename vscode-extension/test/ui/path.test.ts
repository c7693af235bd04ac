/** A person's path through a real VS Code, from the squiggle to the saved file. Screenshots go to out/. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { Editor, HERE, PROJECT, startModel } from "../harness/editor.ts";
import { openBrowser, Person } from "../harness/browser.ts";

type Model = Awaited<ReturnType<typeof startModel>>;
const golden = (name: string): string => readFileSync(join(HERE, "test/golden", name), "utf8");
const original = (name: string): string => readFileSync(join(PROJECT, "examples/vscode-tour/shop", name), "utf8");
/** What a formatter would write otherwise. */
const UNFORMATTED = "\n\nRATES = {  'EUR':1 }\n";

suite("a person's path", () => {
  let browser: Browser;
  let model: Model;
  let slow: Model;
  let person: Person;
  const editor = new Editor("path");
  const log = join(editor.home, "requests.jsonl");
  const requests = () => (execFileSync("sh", ["-c", `cat ${log} 2>/dev/null | wc -l`]).toString().trim());

  const servers = () => Number(execFileSync("sh", ["-c", `pgrep -fc '${editor.home}/[b]in-agent/agent lsp' || true`]).toString());

  suiteSetup(async () => {
    [model, slow] = await Promise.all([startModel(log), startModel(`${log}.slow`, "--delay", "60")]);
    editor.settings({ "agent.baseUrl": model.url });
    [browser] = await Promise.all([openBrowser(), editor.start(undefined, { OPENAI_API_KEY: "sk-right" })]);
  });
  suiteTeardown(async () => {
    await browser.close();
    await Promise.all([editor.stop(), model.stop(), slow.stop()]);
  });
  teardown(async function () {
    await person.leave(this.currentTest);
  });

  for (const [name, theme] of [["light", "Default Light Modern"], ["dark", "Default Dark Modern"]] as const) {
    test(`fixes a linter's problem, accepts one change, rejects another, saves (${name})`, async () => {
      editor.settings({ "agent.baseUrl": model.url, "workbench.colorTheme": theme });
      const folder = editor.workspace(`fix-${name}`);
      appendFileSync(join(folder, "shop/prices.py"), UNFORMATTED);
      person = await Person.at(browser, editor, folder);
      await person.openFile("shop/prices.py", 12);
      await person.status("$");
      await person.page.locator(".squiggly-warning").first().waitFor({ state: "attached" });
      const actions = await person.actions("Agent: Fix");
      assert.match(actions[0] ?? "", /^Ruff/, "the linter's own fixes come first");
      assert.match(actions.at(-1) ?? "", /^Agent: Fix “Do not use bare `except`”/);
      await person.screenshot(`fix-${name}`);
      const before = requests();
      await person.choose("Agent: Fix");
      await person.notification("2 changes to review").waitFor();
      assert.equal(Number(requests()), Number(before) + 1, "one request, and only when it was asked for");
      assert.equal(editor.read(folder, "shop/prices.py"), original("prices.py") + UNFORMATTED, "nothing is written before it is accepted");
      await person.lens("Accept$").nth(1).waitFor();
      await person.command("Agent: Show Proposals");
      await person.tree("except ValueError").first().waitFor();
      await person.tree("Dropped (").click();
      await person.tree("CURRENCIES").waitFor();
      await person.dismiss();
      await person.screenshot(`review-${name}`);
      await person.lens("Accept$").first().click();
      await person.lens("Accept$").nth(1).waitFor({ state: "detached" });
      await person.lens("Reject$").first().click();
      await person.lens("Reject$").waitFor({ state: "detached" });
      await person.page.locator(".tab.active").click();
      await person.save();
      assert.equal(editor.read(folder, "shop/prices.py"), golden("one-accepted.py") + UNFORMATTED);
      await person.screenshot(`saved-${name}`);
    });
  }

  test("fixes an issue that touches three files, shows all of them, undoes the whole", async () => {
    const folder = editor.workspace("issue");
    person = await Person.at(browser, editor, folder);
    await person.status("$");
    await person.fix("ISSUE.md", 1, "Agent: Fix this issue");
    await person.notification("changes to review").waitFor();
    await person.screenshot("issue-proposed");
    await person.notification("changes to review").getByText("Show All Changes").click();
    await person.page.locator(".multiDiffEntry").nth(2).waitFor();
    await person.page.waitForTimeout(1500);
    await person.screenshot("issue-all-changes");
    const files = ["prices.py", "basket.py", "receipt.py"];
    await person.command("Agent: Preview All Changes");
    await person.page.locator(".bulk-edit-panel .monaco-list-row", { hasText: "receipt.py" }).waitFor();
    await person.page.locator(".bulk-edit-panel").getByText("Discard", { exact: true }).click();
    for (const name of files) assert.equal(editor.read(folder, "shop", name), original(name), "a preview writes nothing");
    await person.status("4 to review");
    await person.command("Agent: Accept All Changes");
    await person.status(/^(?!.*to review)/);
    await person.command("File: Save All");
    for (const name of files) await person.until(() => editor.read(folder, "shop", name) === golden(name), name);
    await person.command("Agent: Undo Proposal");
    await person.status("4 to review");
    await person.command("File: Save All");
    for (const name of files) await person.until(() => editor.read(folder, "shop", name) === original(name), name);
    await person.screenshot("issue-undone");
  });

  test("reviews by keyboard, in an unsaved buffer, with a split editor", async () => {
    const folder = editor.workspace("keys");
    person = await Person.at(browser, editor, folder);
    await person.status("$");
    await person.openFile("shop/prices.py", 6);
    await person.page.keyboard.type("# not saved yet\n");
    await person.command("View: Split Editor Right");
    await person.fix("shop/prices.py", 13);
    await person.notification("2 changes to review").waitFor();
    await person.dismiss();
    assert.equal(editor.read(folder, "shop/prices.py"), original("prices.py"), "the buffer stays unsaved");
    assert.match(readFileSync(log, "utf8"), /# not saved yet/, "the model is shown the buffer, not the file");
    await person.screenshot("keys-split");
    await person.openFile("shop/prices.py", 1);
    await person.page.locator('[id="status.editor.selection"]', { hasText: "Ln 1," }).waitFor();
    await person.press("Alt+j");
    await person.page.locator('[id="status.editor.selection"]', { hasText: "Ln 13" }).waitFor();
    await person.press("Alt+j");
    await person.page.locator('[id="status.editor.selection"]', { hasText: "Ln 26" }).waitFor();
    await person.press("Alt+k");
    await person.page.locator('[id="status.editor.selection"]', { hasText: "Ln 13" }).waitFor();
    await person.press("Alt+y");
    await person.page.locator('[id="status.editor.selection"]', { hasText: "Ln 26" }).waitFor();
    await person.status("1 to review");
    await person.press("Control+z");
    await person.status("2 to review");
    await person.openFile("shop/prices.py", 13);
    await person.press("Alt+n");
    await person.page.locator('[id="status.editor.selection"]', { hasText: "Ln 26" }).waitFor();
    await person.status("1 to review");
    await person.press("Alt+y");
    await person.status(/^(?!.*to review)/);
    await person.save();
    const text = original("prices.py").replace('"£"}\n', '"£"}\n# not saved yet\n');
    assert.equal(editor.read(folder, "shop/prices.py"), text.replace("except:\n        return 1", "except ValueError:\n        return 1"));
    await person.press("Control+z");
    await person.status("1 to review");
  });

  test("rewrites a selection, and applies what is ticked in the Refactor Preview", async () => {
    const folder = editor.workspace("rewrite");
    person = await Person.at(browser, editor, folder);
    await person.status("$");
    await person.openFile("shop/basket.py", 22);
    await person.press("Home", "Shift+End");
    await person.command("Agent: Rewrite Selection");
    await person.page.locator(".quick-input-widget").getByText("What should become of it?").waitFor();
    await person.page.keyboard.type("use sum");
    await person.press("Enter");
    await person.notification("1 change to review").waitFor();
    await person.dismiss();
    await person.command("Agent: Preview All Changes");
    await person.page.locator(".bulk-edit-panel .monaco-list-row").first().waitFor();
    await person.page.waitForTimeout(500);
    await person.screenshot("preview");
    await person.page.locator(".bulk-edit-panel .monaco-list-row input[type=checkbox], .bulk-edit-panel .monaco-list-row .monaco-checkbox").first().click();
    await person.page.locator(".bulk-edit-panel").getByText("Apply", { exact: true }).click();
    await person.status(/^(?!.*to review)/);
    await person.openFile("shop/basket.py");
    await person.save();
    assert.equal(editor.read(folder, "shop/basket.py"), golden("rewritten.py"));
    await person.fix("shop/prices.py", 12);
    await person.notification("2 changes to review").waitFor();
    await person.dismiss();
    await person.command("Agent: Preview All Changes");
    await person.page.locator(".bulk-edit-panel .monaco-list-row").nth(2).waitFor();
    await person.page.waitForTimeout(500);
    await person.page.locator(".bulk-edit-panel .monaco-list-row", { hasText: "except" }).first().locator("input[type=checkbox], .monaco-checkbox").click();
    await person.page.locator(".bulk-edit-panel").getByText("Apply", { exact: true }).click();
    // As long as the server waits for what was not ticked.
    await person.page.waitForTimeout(3500);
    await person.status("1 to review");
    assert.equal(await person.notification("did not apply").count(), 0, "what was not ticked is no failure");
    await person.openFile("shop/prices.py");
    await person.save();
    assert.equal(editor.read(folder, "shop/prices.py"), golden("one-accepted.py"));
  });

  test("works in the second of two roots", async () => {
    const [one, two] = [editor.workspace("one"), editor.workspace("two")];
    const file = join(editor.home, "both.code-workspace");
    writeFileSync(file, JSON.stringify({ folders: [{ path: one }, { path: two }] }));
    person = await Person.at(browser, editor, file);
    const folders = person.page.locator(".explorer-folders-view .monaco-list-row", { hasText: "shop" });
    // VS Code in a browser sometimes reads the file of a new workspace too early, and shows it without folders.
    await folders.first().waitFor({ timeout: 10_000 }).catch(() => person.page.reload());
    await folders.first().waitFor();
    await person.status("$");
    await person.fix(join(two, "shop/prices.py"));
    await person.notification("2 changes to review").waitFor();
    await person.dismiss();
    await person.command("Agent: Accept All Changes");
    await person.status(/^(?!.*to review)/);
    await person.save();
    assert.equal(editor.read(two, "shop/prices.py"), original("prices.py").replaceAll("except:", "except ValueError:"));
    assert.equal(editor.read(one, "shop/prices.py"), original("prices.py"));
  });

  test("cancels a run", async () => {
    editor.settings({ "agent.baseUrl": slow.url });
    const folder = editor.workspace("cancel");
    person = await Person.at(browser, editor, folder);
    await person.status("$");
    await person.fix();
    await person.notification(/Asking the model/).waitFor();
    await person.screenshot("progress");
    await person.notification(/Asking the model/).getByText("Cancel", { exact: true }).click();
    await person.notification(/Asking the model/).waitFor({ state: "detached" });
    await person.command("Agent: Show Proposals");
    await person.tree("cancelled").waitFor();
    await person.screenshot("cancelled");
    assert.equal(editor.read(folder, "shop/prices.py"), original("prices.py"));
  });

  test("says that the key is wrong, takes another, and never writes one down", async () => {
    editor.settings({ "agent.baseUrl": model.url });
    const folder = editor.workspace("key");
    const nowhere = async () => {
      const found = execFileSync("sh", ["-c", `grep -rl sk-wrong-4711 ${editor.home} || true`]).toString();
      assert.equal(found, "", "the key is in no file of the editor, the server or the workspace");
      assert.ok(!(await person.stored()).includes("sk-wrong-4711"), "nor where this editor keeps the state of its extensions");
    };
    person = await Person.at(browser, editor, folder);
    await person.status("$");
    await person.setKey("sk-wrong-4711");
    await person.fix();
    await person.notification(/key/).getByText("Set API Key").waitFor();
    await person.screenshot("wrong-key");
    await nowhere();
    await person.notification(/key/).getByText("Set API Key").click();
    await person.enterKey("sk-right");
    await person.command("Agent: Show Proposals");
    await person.tree("failed").or(person.tree(/key/)).first().hover();
    await person.page.locator('.monaco-list-row [aria-label^="Run Again"]').first().click();
    await person.notification("2 changes to review").waitFor();
    await person.command("Agent: Clear API Key");
    await person.notification("was removed").waitFor();
    await nowhere();
  });

  test("brings proposals back after a reload and after a crash of the server", async () => {
    const folder = editor.workspace("reload");
    person = await Person.at(browser, editor, folder);
    await person.status("$");
    await person.fix();
    await person.status("2 to review");
    await person.page.reload();
    await person.status("2 to review");
    await person.openFile("shop/prices.py", 12);
    await person.lens("Accept$").nth(1).waitFor();
    execFileSync("sh", ["-c", `for p in $(pgrep -f '${editor.home}/[b]in-agent/agent lsp'); do kill -9 $p; done`]);
    await person.status("restarting");
    await person.status("2 to review");
    await person.lens("Accept$").nth(1).waitFor();
    await person.lens("Accept$").first().click();
    await person.status("1 to review");
  });

  test("keeps what was proposed over a reload in the middle of a run, and nothing of that run hangs", async () => {
    editor.settings({ "agent.baseUrl": model.url });
    const folder = editor.workspace("middle");
    person = await Person.at(browser, editor, folder);
    await person.status("$");
    await person.fix();
    await person.status("2 to review");
    editor.settings({ "agent.baseUrl": slow.url });
    await person.fix("ISSUE.md", 1, "Agent: Fix this issue");
    await person.notification(/Asking the model/).waitFor();
    await person.page.reload();
    await person.status("2 to review");
    await person.command("Agent: Show Proposals");
    await person.tree("except ValueError").first().waitFor();
    assert.equal(await person.page.locator(".pane-body .codicon-loading").count(), 0);
    await person.until(() => servers() === 1, "only the window's own server is left");
  });

  test("does nothing in an untrusted folder until it is trusted", async () => {
    editor.settings({ "agent.baseUrl": model.url, "security.workspace.trust.enabled": true });
    const folder = editor.workspace("untrusted");
    const before = requests();
    person = await Person.at(browser, editor, folder);
    await person.status("restricted");
    await person.openFile("shop/prices.py", 12);
    await person.command("Agent: Show Proposals");
    await person.page.getByText("This folder is in Restricted Mode.").waitFor();
    await person.screenshot("untrusted");
    await person.until(() => servers() === 0, "no server runs");
    assert.equal(requests(), before);
    await person.command("Workspaces: Manage Workspace Trust");
    await person.page.locator(".workspace-trust-editor").getByText("Trust", { exact: true }).first().click();
    await person.status("$");
  });

  test("shows the walkthrough, the menu and how long activation took", async () => {
    editor.settings({ "agent.baseUrl": model.url });
    person = await Person.at(browser, editor, editor.workspace("walkthrough"));
    await person.status("$");
    await person.openFile("shop/prices.py");
    await person.page.locator('[id="status.languageStatus"]').click();
    await person.page.locator(".hover-language-status", { hasText: "spent today" }).first().waitFor();
    await person.screenshot("language-status");
    await person.press("Escape");
    await person.press("Control+b");
    await person.command("Agent: Open Walkthrough");
    await person.page.getByText("Review each change").first().waitFor();
    await person.page.getByText("Review each change").first().click();
    await person.page.waitForTimeout(800);
    await person.screenshot("walkthrough");
    await person.command("Developer: Show Running Extensions");
    const row = person.page.locator(".runtime-extensions-editor .monaco-list-row, .editor-instance .monaco-list-row", { hasText: "fretsaw" });
    console.log(`      activation: ${(await row.first().innerText()).replace(/\s+/g, " ")}`);
  });
});
