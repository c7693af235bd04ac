/** The API key in the system's secret storage. Knows not what it opens. */

import { type SecretStorage, window } from "vscode";

export const KEY = "fretsaw.apiKey";

export async function askKey(secrets: SecretStorage): Promise<void> {
  const prompt = "Kept in the secret storage of your system; sent only to the endpoint that you set.";
  const key = await window.showInputBox({ title: "Agent: API key", prompt, password: true, ignoreFocusOut: true });
  if (key?.trim()) await secrets.store(KEY, key.trim());
}

export async function clearKey(secrets: SecretStorage): Promise<void> {
  await secrets.delete(KEY);
  void window.showInformationMessage("Agent: the key was removed from the secret storage.");
}
