import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { discover, environments, identify, programs, searched, usable, versionOf } from "../../src/discovery.ts";

suite("finding the server", () => {
  let folder: string;
  const program = (path: string, says: string): string => {
    const full = join(folder, path);
    mkdirSync(join(full, ".."), { recursive: true });
    writeFileSync(full, `#!/bin/sh\n${says}\n`);
    chmodSync(full, 0o755);
    return full;
  };
  setup(() => {
    folder = mkdtempSync(join(tmpdir(), "discovery-"));
  });
  teardown(() => {
    rmSync(folder, { recursive: true });
  });

  test("a relative folder of PATH is never looked at: it would be the workspace's", () => {
    assert.deepEqual(searched(["/usr/bin", ".", "", "bin", "/opt/bin"].join(delimiter)), ["/usr/bin", "/opt/bin"]);
  });
  test("only files count, in the order of folders", () => {
    const one = program("one/agent", "");
    const two = program("two/fretsaw", "");
    mkdirSync(join(folder, "three/agent"), { recursive: true });
    const folders = ["three", "one", "two", "one", "none"].map((name) => join(folder, name));
    assert.deepEqual(programs(folders, "agent", "fretsaw"), [one, two]);
  });
  test("a program that only shares the name is not the server", async () => {
    const stranger = program("bin/agent", "echo agent 9.9.9");
    const silent = program("bin2/agent", "exit 1");
    const server = program("bin3/agent", "echo fretsaw, version 0.3.0");
    assert.deepEqual(await discover([stranger, silent, server]), { command: server, args: [], version: "0.3.0" });
    assert.equal(await identify(join(folder, "nothing")), undefined);
  });
  test("a server that is too old is remembered, and a newer one further on is taken", async () => {
    const old = program("old/agent", "echo fretsaw, version 0.0.9");
    const server = program("new/agent", "echo fretsaw, version 0.10.0");
    assert.equal((await discover([old]))?.version, "0.0.9");
    assert.equal((await discover([old, server]))?.command, server);
  });
  test("a program that hangs is given up", async () => {
    assert.equal(await identify(program("bin/agent", "exec sleep 30"), [], 200), undefined);
  });
  test("versions are compared as numbers", () => {
    assert.equal(versionOf("fretsaw, version 1.10.2\n"), "1.10.2");
    const at = (version: string) => ({ command: "", args: [], version });
    assert.deepEqual(["0.9", "0.10", "0.10.1", "1"].map((version) => usable(at(version), "0.10")), [false, true, true, true]);
    assert.equal(usable(undefined), false);
  });
  test("environments are those of the folder", () => {
    assert.equal(environments("/w")[0], join("/w", ".venv", process.platform === "win32" ? "Scripts" : "bin"));
  });
});
