/** The server missing, too old, in the workspace's environment, or fetched by uvx: one message, one button. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, globSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { openBrowser, Person } from "../harness/browser.ts";
import { CACHE, Editor, EXTENSIONS, PROJECT, startModel } from "../harness/editor.ts";

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
  /** What the extension wrote into its log: when, in ms, and the pattern's second part. */
  const logged = (pattern: RegExp) => {
    const files = globSync(join(editor.home, "data/logs/**/fretsaw.fretsaw/*.log")).sort();
    const found = files.flatMap((file) => [...editor.read(file).matchAll(pattern)]);
    return found.map(([, at = "", told = ""]) => ({ at: Date.parse(at), told }));
  };
  suiteSetup(async () => {
    mkdirSync(bin);
    model = await startModel(join(editor.home, "requests.jsonl"));
    editor.settings({ "agent.baseUrl": model.url });
    [browser] = await Promise.all([openBrowser(), editor.start([bin], { OPENAI_API_KEY: "sk-right" }, false, [...EXTENSIONS, join(CACHE, "python.vsix")])]);
  });
  suiteTeardown(async () => {
    await browser.close();
    await Promise.all([editor.stop(), model.stop()]);
  });
  teardown(async function () {
    await person.leave(this.currentTest);
    editor.settings({ "agent.baseUrl": model.url });
  });

  test("takes the one in the workspace's environment, not a stranger of the same name", async () => {
    program("agent", "echo somebody else 9.9");
    const folder = editor.workspace("local");
    mkdirSync(join(folder, ".venv/bin"), { recursive: true });
    symlinkSync(join(PROJECT, ".venv/bin/agent"), join(folder, ".venv/bin/agent"));
    person = await Person.at(browser, editor, folder);
    await person.status("$");
  });

  test("takes the one beside the selected interpreter", async () => {
    program("agent", "echo somebody else 9.9");
    const folder = editor.workspace("selected");
    const environment = join(`${folder}-environment`, "bin");
    mkdirSync(environment, { recursive: true });
    symlinkSync(join(PROJECT, ".venv/bin/agent"), join(environment, "agent"));
    writeFileSync(join(folder, ".selected"), join(environment, "python"));
    person = await Person.at(browser, editor, folder);
    await person.status("$");
    await person.command("Agent: Show Debug Information");
    await person.page.locator(".view-lines", { hasText: join(environment, "agent") }).waitFor();
    const server = () => execFileSync("sh", ["-c", `pgrep -f '${environment}/[a]gent lsp' || true`]).toString();
    const before = server();
    await person.command("Agent: Restart Server");
    await person.until(() => server() !== "" && server() !== before, "another server");
    await person.status("$");
  });

  test("says that it is too old, and writes what mends it into a terminal", async () => {
    program("agent", "echo fretsaw, version 0.0.1");
    person = await Person.at(browser, editor, editor.workspace("old"));
    await person.notification("version 0.0.1; at least").waitFor();
    await person.status("no server");
    await person.screenshot("old-server");
    await person.notification("version 0.0.1; at least").getByText("Install with pip").click();
    await person.page.locator(".terminal-wrapper .xterm").waitFor();
  });

  test("says that a server ends again and again, once, and starts it when that is mended", async () => {
    program("agent", '[ "$1" = --version ] && echo fretsaw, version 0.1.0');
    const folder = editor.workspace("broken");
    person = await Person.at(browser, editor, folder);
    await person.status("stopped");
    // By the log's own clock: an end that follows a wait comes after it, however slow the machine is.
    const ends = logged(/^(.{23}) \[warning\] The server ended by itself and is started again in (\d+) ms$/gm).slice(-5);
    assert.deepEqual(ends.map(({ told }) => Number(told)), [500, 1000, 2000, 4000, 8000]);
    for (const [index, { at, told }] of ends.slice(0, -1).entries()) assert.ok(ends[index + 1]!.at - at > Number(told) - 10, `waited ${told} ms`);
    await person.notification("Restart Server").waitFor();
    assert.equal(await person.notification("Agent").count(), 1);
    await person.screenshot("broken-server");
    program("agent", `exec ${join(PROJECT, ".venv/bin/agent")} "$@"`);
    await person.notification("Agent").getByText("Restart Server").click();
    await person.status("$");
  });

  test("runs nothing in an untrusted folder, not even to ask a program who it is", async () => {
    const ran = join(editor.home, "ran");
    program("agent", `touch ${ran}; exec ${join(PROJECT, ".venv/bin/agent")} "$@"`);
    editor.settings({ "agent.baseUrl": model.url, "security.workspace.trust.enabled": true });
    person = await Person.at(browser, editor, editor.workspace("untrusted"));
    await person.status("restricted");
    await person.command("Agent: Restart Server");
    await person.openFile("shop/prices.py", 12);
    await person.command("Agent: Show Proposals");
    await person.page.getByText("This folder is in Restricted Mode.").waitFor();
    await person.status("restricted");
    assert.ok(!existsSync(ran));
  });

  test("says that it cannot be started for a reason that nobody foresaw", async () => {
    editor.settings({ "agent.baseUrl": model.url, "agent.server.path": 5 });
    person = await Person.at(browser, editor, editor.workspace("setting"));
    await person.status("stopped");
    await person.notification("the log says why").getByText("Restart Server").waitFor();
  });

  test("says that the extension itself is broken", async () => {
    const [agent] = globSync(join(editor.home, "extensions/fretsaw.fretsaw-*/dist/agent.js")) as [string];
    const code = editor.read(agent);
    writeFileSync(agent, "throw new Error('half of a file');");
    try {
      person = await Person.at(browser, editor, editor.workspace("half"));
      await person.notification("the extension cannot start").filter({ hasText: "half of a file" }).waitFor();
      await person.status("stopped");
    } finally {
      writeFileSync(agent, code);
    }
  });

  for (const [runner, told] of [["uvx", "--no-config --from fretsaw agent"], ["pipx", "run --spec fretsaw agent"]] as const) {
    test(`is run by ${runner} when the user agrees, and from then on`, async () => {
      program("agent", "echo somebody else 9.9");
      rmSync(join(bin, "uvx"), { force: true });
      program(runner, `[ "$1 $2 $3 $4" = "${told}" ] || exit 1; shift 4; exec ${join(PROJECT, ".venv/bin/agent")} "$@"`);
      person = await Person.at(browser, editor, editor.workspace(runner));
      await person.notification("not installed here").waitFor();
      await person.screenshot("no-server");
      await person.notification("not installed here").getByText(`Run with ${runner}`).click();
      await person.status("$");
      await person.page.reload();
      await person.status("$");
      assert.equal(await person.notification("not installed here").count(), 0);
    });
  }
});
