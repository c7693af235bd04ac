/** Runs the tests of test/host in the extension host of a real VS Code. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { format } from "node:util";
import type { Browser } from "playwright-core";
import { openBrowser, Person } from "../harness/browser.ts";
import { CACHE, Editor, HERE, startModel } from "../harness/editor.ts";

suite("the extension host", () => {
  let browser: Browser;
  let model: Awaited<ReturnType<typeof startModel>>;
  const editor = new Editor("host");
  suiteSetup(async () => {
    const log = join(editor.home, "requests.jsonl");
    model = await startModel(log);
    editor.settings({ "agent.baseUrl": model.url });
    const environment = { OPENAI_API_KEY: "sk-right", REQUESTS: log, GOLDEN: join(HERE, "test/golden") };
    [browser] = await Promise.all([openBrowser(), editor.start(undefined, environment, true)]);
  });
  suiteTeardown(async () => {
    await browser.close();
    await Promise.all([editor.stop(), model.stop()]);
  });

  test("passes its own tests", async () => {
    const stub = `vscode-remote://${new URL(editor.url).host}${join(CACHE, "stub")}`;
    const payload = JSON.stringify([["extensionDevelopmentPath", stub], ["extensionTestsPath", `${stub}/index.js`]]);
    const context = await browser.newContext();
    const page = await context.newPage();
    const all: string[] = [];
    const code = new Promise<number>((resolve) => {
      void page.exposeFunction("codeAutomationExit", resolve);
      void page.exposeFunction("codeAutomationLog", (_: string, lines: unknown[]) => {
        const text = format(...lines);
        all.push(text);
        if (/^\s+(✔|\d+\)|\d+ passing)|^ {2}\S/.test(text)) console.log(`  ${text}`);
      });
    });
    await page.goto(`${editor.url}/?folder=${editor.workspace("host")}&payload=${encodeURIComponent(payload)}`);
    const person = new Person(page);
    const result = await code;
    if (result !== 0) console.log(all.join("\n"));
    if (result !== 0) await person.screenshot("failed-host");
    await context.close();
    assert.equal(result, 0);
  });
});
