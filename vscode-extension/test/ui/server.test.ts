/** The server missing, too old, in the workspace's environment, or fetched by uvx: one message, one button. */

import assert from "node:assert/strict";
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { openBrowser, Person } from "../harness/browser.ts";
import { Editor, PROJECT, startModel } from "../harness/editor.ts";

suite("finding the server", () => {
  let browser: Browser;
  let model: Awaited<ReturnType<typeof startModel>>;
  let person: Person;
  const editor = new Editor("server");
  const bin = join(editor.home, "bin");
  const program = (name: string, says: string): void => {
    writeFileSync(join(bin, name), `#!/bin/sh\n${says}\n`);
    chmodSync(join(bin, name), 0o755);
  };
  suiteSetup(async () => {
    mkdirSync(bin);
    model = await startModel(join(editor.home, "requests.jsonl"));
    editor.settings({ "agent.baseUrl": model.url });
    [browser] = await Promise.all([openBrowser(), editor.start([bin], { OPENAI_API_KEY: "sk-right" })]);
  });
  suiteTeardown(async () => {
    await browser.close();
    await Promise.all([editor.stop(), model.stop()]);
  });
  teardown(async function () {
    if (this.currentTest?.state === "failed") await person.screenshot(`failed-${this.currentTest.title.replace(/\W+/g, "-").slice(0, 40)}`);
    await person.close();
  });

  test("takes the one in the workspace's environment, not a stranger of the same name", async () => {
    program("agent", "echo somebody else 9.9");
    const folder = editor.workspace("local");
    mkdirSync(join(folder, ".venv/bin"), { recursive: true });
    symlinkSync(join(PROJECT, ".venv/bin/agent"), join(folder, ".venv/bin/agent"));
    person = await Person.at(browser, editor, folder);
    await person.status("$");
  });

  test("says that it is too old", async () => {
    program("agent", "echo fretsaw, version 0.0.1");
    person = await Person.at(browser, editor, editor.workspace("old"));
    await person.notification("version 0.0.1; at least").waitFor();
    await person.status("no server");
  });

  test("is run by uvx when the user agrees, and from then on", async () => {
    program("agent", "echo somebody else 9.9");
    const server = join(PROJECT, ".venv/bin/agent");
    program("uvx", `[ "$1 $2 $3 $4" = "--no-config --from fretsaw agent" ] || exit 1; shift 4; exec ${server} "$@"`);
    const folder = editor.workspace("uvx");
    person = await Person.at(browser, editor, folder);
    await person.notification("not installed here").waitFor();
    await person.screenshot("no-server");
    await person.notification("not installed here").getByText("Run with uvx").click();
    await person.status("$");
    await person.page.reload();
    await person.status("$");
    assert.equal(await person.notification("not installed here").count(), 0);
  });
});
