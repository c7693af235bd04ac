// Hears Vitest's results in the process that started it; the tests run in workers. Vitest 1 and later.
import { relative } from "node:path";

const report = globalThis[Symbol.for("fretsaw.reporter")];

/** Tell of the tasks below one, as Vitest 1 and 2 hand them over. */
function hearTask(task, names, file) {
  if (task.type === "suite" || task.tasks) {
    const above = task.filepath ? names : [...names, task.name];
    if (task.result?.state === "fail" && !(task.tasks || []).length) report.test([file, ...above].join(" > "), "failed");
    for (const one of task.tasks || []) hearTask(one, above, file);
    return;
  }
  const outcome = { pass: "passed", fail: "failed" }[task.result?.state] || "skipped";
  report.test([file, ...names, task.name].join(" > "), outcome);
}

export default class FretsawReporter {
  heard = false;

  onInit() {
    this.heard = !!report?.begin("vitest");
  }

  onTestRunEnd(modules, errors) {
    if (!this.heard) return;
    for (const module of modules) {
      const file = relative(process.cwd(), module.moduleId);
      const tests = [...module.children.allTests()];
      for (const one of tests) {
        const state = one.result().state;
        report.test(`${file} > ${one.fullName}`, state === "passed" || state === "failed" ? state : "skipped");
      }
      if (module.errors().length) report.test(file, "failed");
    }
    this.close(errors);
  }

  onFinished(files, errors) {
    if (!this.heard) return;
    for (const file of files || []) hearTask(file, [], relative(process.cwd(), file.filepath));
    this.close(errors);
  }

  close(errors) {
    if (errors?.length) report.test("an error outside of the tests", "failed");
    this.heard = false;
    report.end();
  }
}
