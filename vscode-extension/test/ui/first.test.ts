import type { Browser } from "playwright-core";
import { Editor, startModel } from "../harness/editor.ts";
import { openBrowser, Person } from "../harness/browser.ts";

suite("a person's path", () => {
  let browser: Browser;
  let model: Awaited<ReturnType<typeof startModel>>;
  const editor = new Editor("first");
  suiteSetup(async () => {
    model = await startModel(`${editor.home}/requests.jsonl`);
    editor.settings({ "agent.baseUrl": model.url });
    [browser] = await Promise.all([openBrowser(), editor.start(undefined, { OPENAI_API_KEY: "sk-right" })]);
  });
  suiteTeardown(async () => {
    await browser.close();
    if (!process.env.KEEP) await editor.stop();
    await model.stop();
  });
  test("a fix", async () => {
    const folder = editor.workspace("tour");
    const person = await Person.at(browser, editor, folder);
    await person.openFile("shop/prices.py", 12);
    await person.page.waitForTimeout(4000);
    await person.screenshot("first");
    try {
    await person.status(/\$/);
    await person.press("Control+.");
    await person.page.waitForTimeout(1500);
    await person.screenshot("dbg");
    console.log((await person.page.locator(".action-widget").innerHTML()).slice(0, 6000));
    await person.press("Escape");
    const actions = await person.actions("Agent: Fix");
    console.log(actions);
    await person.screenshot("menu");
    await person.choose("Agent: Fix");
    for (let i = 0; i < 5; i++) { await person.page.waitForTimeout(700); await person.screenshot("run" + i); }
    } finally {
    await person.screenshot("last");
    await person.command("Agent: Show Log");
    await person.page.waitForTimeout(1000);
    await person.screenshot("log");
    }
  });
});
