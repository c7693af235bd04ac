/** The API key: in the system's secret storage, and in memory. Knows not what it opens. */

import { commands, type ExtensionContext, window } from "vscode";

const NAME = "fretsaw.apiKey";

export class Key {
  value: string | undefined;
  private readonly context: ExtensionContext;

  constructor(context: ExtensionContext, tell: (key: string | null) => void) {
    this.context = context;
    const changed = context.secrets.onDidChange(async ({ key }) => {
      if (key === NAME) tell((await this.read()) ?? null);
    });
    context.subscriptions.push(changed);
  }

  async read(): Promise<string | undefined> {
    this.value = await this.context.secrets.get(NAME);
    void commands.executeCommand("setContext", "fretsaw.hasKey", this.value !== undefined);
    return this.value;
  }

  async set(): Promise<void> {
    const prompt = "Kept in the secret storage of your system; sent only to the endpoint that you set.";
    const key = await window.showInputBox({ title: "Agent: API key", prompt, password: true, ignoreFocusOut: true });
    if (key?.trim()) await this.context.secrets.store(NAME, key.trim());
  }

  async clear(): Promise<void> {
    await this.context.secrets.delete(NAME);
    void window.showInformationMessage("Agent: the key was removed from the secret storage.");
  }
}
