import assert from "node:assert/strict";
import { commands, extensions, languages, workspace } from "vscode";
import { requests } from "./near.ts";

interface Manifest {
  contributes: { commands: { command: string }[]; configuration: { properties: Record<string, { scope: string }> } };
  capabilities: { untrustedWorkspaces: { supported: string; restrictedConfigurations: string[] } };
}

suite("the installed extension", () => {
  const own = extensions.getExtension("fretsaw.fretsaw");
  const manifest = own?.packageJSON as Manifest;

  test("has every command that it contributes, under another prefix than the server's", async () => {
    const known = await commands.getCommands(true);
    const contributed = manifest.contributes.commands.map(({ command }) => command);
    assert.deepEqual(contributed.filter((command) => !known.includes(command)), []);
    assert.deepEqual(contributed.filter((command) => !command.startsWith("fretsaw.")), []);
  });

  test("reads what is paid, run or sent to from the machine's own settings only", async () => {
    const config = workspace.getConfiguration("agent");
    await assert.rejects(async () => config.update("baseUrl", "https://example.org", false));
    const { untrustedWorkspaces } = manifest.capabilities;
    assert.equal(untrustedWorkspaces.supported, "limited");
    assert.ok(untrustedWorkspaces.restrictedConfigurations.includes("agent.baseUrl"));
  });

  test("has the key in no setting", () => {
    const others = ["agent.contextTokens", "agent.keyCommand"]; // a count; a command that prints the key
    const names = Object.keys(manifest.contributes.configuration.properties).filter((name) => !others.includes(name));
    assert.deepEqual(names.filter((name) => /key|token|secret/i.test(name)), []);
  });

  test("adds no diagnostics of its own, and asked the model only when it was told to", () => {
    const all = languages.getDiagnostics().flatMap(([, diagnostics]) => diagnostics);
    assert.deepEqual(all.filter(({ source }) => source === "agent"), []);
    assert.equal(requests(), 2);
  });
});
