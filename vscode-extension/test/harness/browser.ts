/** A person at the browser: opens a folder, presses keys, reads what is there. */

import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Test } from "mocha";
import { type Browser, chromium, type Locator, type Page } from "playwright-core";
import { type Editor, HERE } from "./editor.ts";

const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => existsSync(path));
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"];
export const OUT = join(HERE, "out");

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: CHROMIUM ?? "chromium", args: [...FLAGS, "--disable-component-update", "--disable-sync"] });

export class Person {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  static async at(browser: Browser, editor: Editor, folder: string): Promise<Person> {
    // One context for all tests of a browser: it has the editor's scripts in its cache from the second page on.
    const context = browser.contexts()[0] ?? (await browser.newContext({ viewport: { width: 1280, height: 800 } }));
    const page = await context.newPage();
    page.setDefaultTimeout(45_000);
    const person = new Person(page);
    await page.goto(`${editor.url}/?${folder.endsWith(".code-workspace") ? "workspace" : "folder"}=${folder}`);
    await page.locator(".monaco-workbench").waitFor();
    await page.locator(".statusbar-item").first().waitFor();
    return person;
  }

  /** The status bar's item of the extension, once it says this. */
  async status(text: RegExp | string): Promise<void> {
    await this.page.locator('[id="fretsaw.fretsaw.fretsaw.status"]').filter({ hasText: text }).waitFor();
  }

  async press(...keys: string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  async openFile(path: string, line = 1): Promise<void> {
    await this.press("Control+p");
    const input = this.page.locator(".quick-input-widget input[type=text]");
    await input.fill(`${path}:${line}`);
    const name = path.split("/").at(-1) ?? path;
    await this.page.locator(".quick-input-list .monaco-list-row", { hasText: name }).first().waitFor();
    await this.press("Enter");
    await this.page.locator(".tab.active", { hasText: name }).first().waitFor();
    await this.page.locator(".monaco-editor.focused").first().waitFor();
  }

  async command(title: string): Promise<void> {
    await this.press("F1");
    const input = this.page.locator(".quick-input-widget input[type=text]");
    await input.fill(`>${title}`);
    await this.page.locator(".quick-input-list .monaco-list-row", { hasText: title }).first().waitFor();
    await this.press("Enter");
  }

  /** The menu of code actions; a second, empty widget is there for submenus. */
  private menu(): Locator {
    return this.page.locator(".action-widget:not(.action-list-submenu-panel)");
  }

  /** The rows of the menu of code actions at the cursor, in their order. */
  async actions(wanted: string): Promise<string[]> {
    const menu = this.menu();
    const rows = menu.locator(".monaco-list-row.action .title");
    for (let round = 0; round < 5; round++) {
      await this.press("Control+.");
      await rows.filter({ hasText: wanted }).first().waitFor({ timeout: 5000 }).catch(() => undefined);
      const titles = await rows.allInnerTexts();
      if (titles.some((title) => title.includes(wanted))) return titles;
      // The same keys accept what is selected when the menu is open: close it before asking again.
      await this.press("Escape");
      await menu.waitFor({ state: "hidden" });
    }
    throw new Error(`no action ${wanted}`);
  }

  /** While extensions are still being activated a click on the menu can get lost: what counts is that it closed. */
  async choose(action: string): Promise<void> {
    const menu = this.menu();
    const row = menu.locator(".monaco-list-row.action", { hasText: action }).first();
    for (let round = 0; round < 5 && (await menu.isVisible()); round++) {
      await row.click({ timeout: 5000 }).catch(() => undefined);
      await menu.waitFor({ state: "hidden", timeout: 5000 }).catch(() => undefined);
    }
    await menu.waitFor({ state: "hidden" });
  }

  /** Open a file, and run the agent's action at a line of it. */
  async fix(path = "shop/prices.py", line = 12, action = "Agent: Fix"): Promise<void> {
    await this.openFile(path, line);
    await this.actions(action);
    await this.choose(action);
  }

  lens(title: string): Locator {
    return this.page.locator(".codelens-decoration a", { hasText: new RegExp(`^${title}`) });
  }

  notification(text: string | RegExp): Locator {
    return this.page.locator(".notifications-toasts .notification-list-item", { hasText: text });
  }

  tree(text: string | RegExp): Locator {
    return this.page.locator(".pane-body .monaco-list-row", { hasText: text });
  }

  /** Close all notifications. */
  async dismiss(): Promise<void> {
    await this.command("Notifications: Clear All Notifications");
    await this.page.locator(".quick-input-widget").waitFor({ state: "hidden" });
    await this.page.waitForTimeout(400);
  }

  async setKey(key: string): Promise<void> {
    await this.command("Agent: Set API Key");
    await this.enterKey(key);
  }

  async enterKey(key: string): Promise<void> {
    await this.page.locator(".quick-input-widget input[type=password]").fill(key);
    await this.press("Enter");
    await this.page.locator(".quick-input-widget").waitFor({ state: "hidden" });
  }

  /** All that the page keeps in the browser; an extension's state is there where VS Code runs in one. */
  stored(): Promise<string> {
    return this.page.evaluate<string>(`(async () => {
      const answer = (request) => new Promise((tell, fail) => Object.assign(request, { onsuccess: () => tell(request.result), onerror: fail }));
      const all = [Object.entries(localStorage)];
      for (const { name } of await indexedDB.databases()) {
        const database = await answer(indexedDB.open(name));
        for (const store of database.objectStoreNames) all.push(await answer(database.transaction(store).objectStore(store).getAll()));
        database.close();
      }
      return JSON.stringify(all);
    })()`);
  }

  /** Wait until this holds, as long as for what the page shows. */
  async until(holds: () => boolean, what: string): Promise<void> {
    for (let round = 0; round < 450 && !holds(); round++) await this.page.waitForTimeout(100);
    if (!holds()) throw new Error(`never came true: ${what}`);
  }

  async save(): Promise<void> {
    await this.press("Control+s");
    await this.page.locator(".tab.active.dirty").first().waitFor({ state: "detached" });
  }

  async screenshot(name: string): Promise<void> {
    mkdirSync(OUT, { recursive: true });
    await this.page.screenshot({ path: join(OUT, `${name}.png`) });
  }

  /** Close the window; of a test that failed there is a picture, whether it is tried again or not. */
  async leave(test?: Test): Promise<void> {
    if (test?.state !== "passed" && !this.page.isClosed()) await this.screenshot(`failed-${test?.title.replace(/\W+/g, "-").slice(0, 40) ?? ""}`);
    await this.close();
  }

  close = (): Promise<void> => this.page.close();
}
