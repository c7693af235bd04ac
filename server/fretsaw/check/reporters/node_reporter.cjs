"use strict";
// Reports what node --test, Mocha, Jest and Vitest do in this process, through a socket that only the runner's side holds.
// Loaded by NODE_OPTIONS into every Node.js that a check starts, before any code of the project.
const fs = require("node:fs");
const Module = require("node:module");
const { writeSync, readSync, fstatSync } = fs;
const { stringify, parse } = JSON;

const CHANNEL = 240;
const WORST = { passed: 1, skipped: 2, failed: 3 };
let key = "";
let answered;
const odd = new Set();
let active = "";
const sent = new Map();

function write(record) {
  try {
    writeSync(CHANNEL, stringify(record));
  } catch {
    key = ""; // nobody listens, or it was closed: the end is missing then, which is noticed
  }
}

function isHeard() {
  try {
    return fstatSync(CHANNEL).isSocket();
  } catch {
    return false;
  }
}

// Ask for a key, and which tests are wanted.
function ask() {
  if (answered) return answered;
  if (!isHeard()) return undefined;
  try {
    writeSync(CHANNEL, '{"do": "hello"}');
    const answer = Buffer.alloc(1 << 18);
    answered = parse(answer.toString("utf8", 0, readSync(CHANNEL, answer)));
    key = answered.key;
  } catch {
    return undefined;
  }
  return answered;
}

function begin(runner) {
  if (active || !ask()) return false;
  answered = undefined;
  active = runner;
  write({ key, do: "begin", runner });
  return true;
}

function test(id, outcome) {
  id = id.slice(0, 2000);
  if (WORST[outcome] < (WORST[sent.get(id)] || 0)) return;
  sent.set(id, outcome);
  write({ key, do: "test", id, outcome });
}

function end() {
  if (!active) return;
  active = "";
  write({ key, do: "end", count: sent.size, altered: [...odd, ...altered()].slice(0, 20) });
}

// -- what code under test must leave alone ---------------------------------------------------------------------------
const assert = require("node:assert");
const known = [];
function remember(name, holder, ones) {
  for (const one of ones) {
    const own = Object.getOwnPropertyDescriptor(holder, one);
    if (own && typeof own.value === "function" && one !== "constructor") known.push([`${name}.${one}`, holder, one, own.value]);
  }
}
for (const [name, holder] of [["assert", assert], ["assert.strict", assert.strict], ["Object", Object], ["JSON", JSON],
  ["Math", Math], ["Date", Date], ["Module", Module], ["Module.prototype", Module.prototype], ["Module._extensions", Module._extensions]]) {
  remember(name, holder, Object.getOwnPropertyNames(holder));
}
for (const one of [Object, Array, String, Number, Map, Set, Promise, RegExp, Function, Date]) {
  remember(`${one.name}.prototype`, one.prototype, Object.getOwnPropertyNames(one.prototype));
}
remember("process", process, ["exit", "reallyExit"]);
remember("fs", fs, ["readFileSync", "readFile", "existsSync", "readdirSync", "statSync"]);

function altered() {
  return known.filter(([, holder, name, was]) => holder[name] !== was).map(([name]) => `${name} was changed while the tests ran`);
}

// -- node --test ------------------------------------------------------------------------------------------------------
// Its own reporter (node_test_reporter.mjs) hears the events and hands them on through this.
globalThis[Symbol.for("fretsaw.reporter")] = { begin, test, end, odd: (line) => odd.add(line) };

// -- Vitest: one more reporter on its command line (vitest_reporter.mjs), read before Vitest's own code is -----------------
const { isMainThread } = require("node:worker_threads");
const given = process.argv.slice(2);

// The options and files that select just these tests, in another order where that is wanted.
function selection({ only, reverse }) {
  const words = reverse ? ["--sequence.shuffle=true", "--sequence.seed=7"] : [];
  if (!only || given.some((word) => /^(?:-t|--testNamePattern)/.test(word))) return words;
  const plain = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const names = only.map((id) => id.split(" > ").slice(1).map(plain).join("(?: > | )"));
  const files = given.filter((word) => !word.startsWith("-")).length > 1 ? [] : only.map((id) => id.split(" > ")[0]);
  // Coverage of a few tests tells nothing and takes long; where the command asks for it, the option can be given once only.
  if (!given.some((word) => word.startsWith("--coverage"))) words.push("--coverage.enabled=false");
  return [...words, `--testNamePattern=^ ?(?:${names.join("|")})$`, ...(given.length ? new Set(files) : [])];
}
const runs = !["list", "init", "bench"].includes(given.find((word) => !word.startsWith("-")));
if (isMainThread && /[\\/]vitest(?:\.m?js)?$/.test(process.argv[1] || "") && runs && isHeard()) {
  const own = given.some((word) => word.startsWith("--reporter")) ? [] : ["--reporter=default"];
  process.argv.splice(2, 0, ...own, `--reporter=${__dirname}/vitest_reporter.mjs`);
  process.argv.push(...selection(ask() || {}));
}

// -- Mocha and Jest: their own modules, wrapped when they are loaded ---------------------------------------------------
function watchMocha(Runner) {
  const run = Runner.prototype.run;
  Runner.prototype.run = function (...given) {
    if (begin("mocha")) {
      const id = (one) => one.fullTitle();
      this.on("pass", (one) => test(id(one), "passed"));
      this.on("fail", (one) => test(id(one), "failed"));
      this.on("pending", (one) => test(id(one), "skipped"));
      this.on("end", end);
    }
    return run.apply(this, given);
  };
}

function watchJest(exported) {
  const add = exported.addResult;
  const outcomes = { passed: "passed", failed: "failed", pending: "skipped", skipped: "skipped", todo: "skipped" };
  const addResult = (all, file) => {
    begin("jest");
    const path = require("node:path").relative(process.cwd(), file.testFilePath);
    for (const one of file.testResults) if (outcomes[one.status]) test(`${path} ${one.fullName}`, outcomes[one.status]);
    if (file.testExecError) test(path, "failed");
    return add(all, file);
  };
  return new Proxy(exported, { get: (of, name) => (name === "addResult" ? addResult : of[name]) });
}

const load = Module._load;
const jest = new WeakMap();
let mocha = false;
Module._load = function (request, parent, isMain) {
  const exported = load(request, parent, isMain);
  if (request === "@jest/test-result" && exported && typeof exported.addResult === "function") {
    if (!jest.has(exported)) jest.set(exported, watchJest(exported));
    return jest.get(exported);
  }
  if (!mocha && /(?:^|\/)runner(?:\.c?js)?$/.test(request) && parent && /[\\/]mocha[\\/]lib[\\/]/.test(parent.filename)) {
    const Runner = (exported && exported.Runner) || exported;
    if (Runner && Runner.prototype && typeof Runner.prototype.run === "function") {
      mocha = true;
      watchMocha(Runner);
    }
  }
  return exported;
};
for (const one of known) if (one[1] === Module && one[2] === "_load") one[3] = Module._load; // our own, above
// A file of node --test runs in a process that has no channel: it says on the standard error what the code has changed.
const ODD = "fretsaw: ";
if (process.env.NODE_TEST_CONTEXT) {
  process.on("exit", () => {
    for (const one of altered().slice(0, 20)) writeSync(2, `${ODD}${one}\n`);
  });
}
process.on("exit", end);
