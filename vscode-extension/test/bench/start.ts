/** What the installed extension adds to the start of a window in which no action is used: `make bench-vscode`.
 *
 * Two editors, one with the extension and one without, are opened in turns, the first of a pair in turns too. A window's
 * time is read off VS Code's own marks; the extension's own activation off "Show Running Extensions".
 */

import { join } from "node:path";
import type { Browser } from "playwright-core";
import { openBrowser, Person } from "../harness/browser.ts";
import { Editor, HERE } from "../harness/editor.ts";

const ROUNDS = Number(process.argv[2] ?? 12);
const WARM_UP = 2;
/** VS Code's marks: the window can be used; extensions that start with it are told to. */
const MARKS = ["code/didStartWorkbench", "code/didLoadExtensions"];

interface Start {
  marks: Record<string, number>;
  ready: number;
  /** Milliseconds of processor time of the editor's processes, the extension host among them, up to then. */
  processor: number;
  activation: string;
}

async function open(browser: Browser, editor: Editor, folder: string, installed: boolean): Promise<Start> {
  const before = editor.processor();
  const begun = performance.now();
  const person = await Person.at(browser, editor, folder);
  const { page } = person;
  await page.locator(".explorer-folders-view .monaco-list-row").first().waitFor();
  const ready = performance.now() - begun;
  const processor = [...editor.processor()].reduce((sum, [pid, spent]) => sum + spent - (before.get(pid) ?? 0), 0);
  let activation = "";
  if (installed) {
    await person.status("$");
    await person.command("Developer: Show Running Extensions");
    const row = page.locator(".editor-instance .monaco-list-row", { hasText: "fretsaw" }).first();
    // The slowest come first, and only what is in view is there.
    await page.locator(".editor-instance .monaco-list-row").first().click();
    for (let pages = 0; pages < 20 && !(await row.isVisible()); pages++) await page.keyboard.press("PageDown");
    activation = /(?:Activation|Startup Activation): [^ms]*ms/.exec(await row.innerText())?.[0] ?? (await row.innerText());
  } else await page.waitForTimeout(3000);
  const all = await page.evaluate(() => performance.getEntriesByType("mark").map(({ name, startTime }) => [name, startTime] as const));
  await person.close();
  return { marks: Object.fromEntries(all), ready, processor, activation };
}

const quantile = (values: number[], part: number): number => [...values].sort((a, b) => a - b)[Math.round((values.length - 1) * part)] ?? NaN;
const told = (values: number[]): string =>
  `median ${quantile(values, 0.5).toFixed(0)} ms (quartiles ${quantile(values, 0.25).toFixed(0)}–${quantile(values, 0.75).toFixed(0)}, n ${values.length})`;

const browser = await openBrowser();
const editors = { without: new Editor("start-without"), with: new Editor("start-with") };
const starts: Record<keyof typeof editors, Start[]> = { without: [], with: [] };
try {
  await editors.without.start(undefined, {}, false, []);
  await editors.with.start(undefined, { OPENAI_API_KEY: "sk-unused" }, false, [join(HERE, "fretsaw.vsix")]);
  for (const editor of Object.values(editors)) editor.settings({});
  const folders = { without: editors.without.workspace("tour"), with: editors.with.workspace("tour") };
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    const pair = round % 2 === 0 ? (["without", "with"] as const) : (["with", "without"] as const);
    for (const which of pair) {
      const start = await open(browser, editors[which], folders[which], which === "with");
      if (round >= 0) starts[which].push(start);
    }
  }
  const columns: Record<string, (start: Start) => number> = { "explorer shown": ({ ready }) => ready, "processor time until then": ({ processor }) => processor };
  for (const mark of MARKS) columns[mark] = ({ marks }) => marks[mark] ?? NaN;
  for (const [name, read] of Object.entries(columns)) {
    const [without, installed] = [starts.without.map(read), starts.with.map(read)];
    const pairs = installed.map((value, index) => value - (without[index] ?? NaN));
    console.log(`${name}\n  without  ${told(without)}\n  with     ${told(installed)}\n  added    ${told(pairs)}, by pairs`);
  }
  const own = starts.with.map(({ activation }) => Number(/(\d+)\s*ms/.exec(activation)?.[1]));
  const early = starts.with.filter(({ activation }) => activation.startsWith("Startup")).length;
  console.log(`own activation, as VS Code measures it\n  ${told(own)}; ${early} of them before the start was over`);
  if (process.env.MARKS) console.log(Object.entries(starts.with[0]?.marks ?? {}).map(([name, at]) => `${at.toFixed(0)} ${name}`).join("\n"));
} finally {
  await browser.close();
  await Promise.all(Object.values(editors).map((editor) => editor.stop()));
}
