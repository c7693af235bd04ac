// Hears the events of node --test (a file runs in a process of its own; these are of the one that started it).
import { relative } from "node:path";

const report = globalThis[Symbol.for("fretsaw.reporter")];

function hear(type, data, names) {
  if (type === "test:stderr") {
    for (const [, line] of String(data.message).matchAll(/^fretsaw: (\S+ was changed while the tests ran)$/gm)) report.odd(line);
    return;
  }
  if (type !== "test:pass" && type !== "test:fail") {
    if (type === "test:start") names.length = data.nesting, names.push(data.name);
    return;
  }
  const above = names.slice(0, data.nesting);
  const outcome = data.skip !== undefined || data.todo !== undefined ? "skipped" : type === "test:pass" ? "passed" : "failed";
  const file = data.file ? `${relative(process.cwd(), data.file)}: ` : "";
  if (data.details?.type !== "suite") report.test(file + [...above, data.name].join(" > "), outcome);
}

export default async function* (source) {
  if (!report?.begin("node --test")) {
    for await (const _ of source);
    return;
  }
  const names = [];
  for await (const { type, data } of source) hear(type, data ?? {}, names);
  report.end();
  yield "";
}
