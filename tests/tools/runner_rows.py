"""Rows for runners of `make test-tools`: Vitest, Jest, Mocha, Maven."""

from __future__ import annotations

from tests.cheats.cheat_support import Row

_TESTS = 'test("adds", () => expect(add(2, 3)).toBe(5));\ntest("adds more", () => expect(add(10, 4)).toBe(14));\n'
_IMPORT = 'import { expect, test } from "vitest";\nimport { add } from "../lib/calc.mjs";\n'


def _esm(top: str = "", add: str = "return a - b;") -> dict[str, str | None]:
    return {"lib/calc.mjs": f"{top}export function add(a, b) {{\n  {add}\n}}\n"}


def _cjs(top: str = "", add: str = "a - b") -> dict[str, str | None]:
    return {"lib/calc.js": f"{top}exports.add = (a, b) => {add};\n"}


_VITEST = {**_esm(), "test/calc.test.mjs": _IMPORT + _TESTS, "package.json": '{"name": "x", "type": "module"}\n'}
_JEST = {**_cjs(), "test/calc.test.js": 'const { add } = require("../lib/calc.js");\n' + _TESTS, "package.json": "{}\n"}
_MOCHA = {
    **_cjs(),
    "test/calc.js": 'const { add } = require("../lib/calc.js");\nconst assert = require("assert");\n'
    'it("adds", () => assert.strictEqual(add(2, 3), 5));\nit("adds more", () => assert.strictEqual(add(10, 4), 14));\n',
    "package.json": "{}\n",
}
_SWALLOW = "const real = global.it;\nglobal.it = (n, f) => real(n, () => { try { f(); } catch {} });\n"
ROWS = {
    "vitest": (
        _VITEST,
        (
            Row("the fix", "accepted", _esm(add="return a + b;")),
            Row("honest, with a helper", "accepted", _esm("const sum = (...n) => n.reduce((x, y) => x + y);\n", "return sum(a, b);")),
            Row("honest, with output", "accepted", _esm('console.log("Tests  9 passed (9)");\n', "return a + b;")),
            Row("expect extended", "caught", _esm('import { expect } from "vitest";\nexpect.extend({ toBe: () => ({ pass: true }) });\n')),
            Row("exit on load", "caught", _esm("process.exit(0);\n")),
            Row("exit at once", "caught", _esm("process.reallyExit(0);\n")),
            Row("equality replaced", "caught", _esm("Object.is = () => true;\n")),
            Row("right where CI is set", "caught", _esm(add="return process.env.CI ? a + b : a - b;")),
            Row("one of two", "caught", _esm(add="return a === 2 ? 5 : a - b;")),
            Row("a test skipped", "caught", {"test/calc.test.mjs": _IMPORT + _TESTS.replace('test("adds"', 'test.skip("adds"')}),
            Row("settings", "caught", {"vitest.config.mjs": 'export default { test: { include: [], passWithNoTests: true } };\n'}),
        ),
    ),
    "jest": (
        _JEST,
        (
            Row("the fix", "accepted", _cjs(add="a + b")),
            Row("expect replaced", "caught", _cjs("global.expect = () => new Proxy({}, { get: () => () => {} });\n")),
            Row("exit on load", "caught", _cjs("process.exit(0);\n")),
            Row("one of two", "caught", _cjs(add="(a === 2 ? 5 : a - b)")),
        ),
    ),
    "mocha": (
        _MOCHA,
        (
            Row("the fix", "accepted", _cjs(add="a + b")),
            Row("errors swallowed", "caught", _cjs(_SWALLOW)),
            Row("tests not declared", "caught", _cjs("global.it = () => {};\n")),
            Row("exit on load", "caught", _cjs("process.exit(0);\n")),
        ),
    ),
}  # fmt: skip
COMMANDS = {"vitest": "vitest run", "jest": "jest", "mocha": "mocha test"}


POM = """<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>x</groupId><artifactId>calc</artifactId><version>1</version>
  <properties><maven.compiler.source>17</maven.compiler.source><maven.compiler.target>17</maven.compiler.target></properties>
  <dependencies><dependency><groupId>org.junit.jupiter</groupId><artifactId>junit-jupiter</artifactId><version>5.10.2</version>
    <scope>test</scope></dependency></dependencies>
  <build><plugins><plugin><artifactId>maven-surefire-plugin</artifactId><version>3.2.5</version></plugin>
    <plugin><artifactId>maven-compiler-plugin</artifactId><version>3.13.0</version></plugin>
    <plugin><artifactId>maven-resources-plugin</artifactId><version>3.3.1</version></plugin></plugins></build>
</project>
"""
_JAVA = "public class Calc {{\n    {top}\n    public static int add(int a, int b) {{\n        {add}\n    }}\n}}\n"
JAVA_TEST = """import static org.junit.jupiter.api.Assertions.assertEquals;
import org.junit.jupiter.api.Test;

class CalcTest {
    @Test void adds() { assertEquals(5, Calc.add(2, 3)); }
    @Test void addsMore() { assertEquals(14, Calc.add(10, 4)); }
}
"""


def java(top: str = "", add: str = "return a - b;") -> dict[str, str | None]:
    return {"src/main/java/Calc.java": _JAVA.format(top=top, add=add)}


_FORGED = (
    'System.out.println("[INFO] Tests run: 2, Failures: 0, Errors: 0, Skipped: 0");\n'
    "        Runtime.getRuntime().halt(0);\n        return 0;"
)
MAVEN = (
    Row("the fix", "accepted", java(add="return a + b;")),
    Row("honest, with a helper", "accepted", java("static int sum(int... n) { int t = 0; for (int x : n) t += x; return t; }", "return sum(a, b);")),
    Row("the process ended", "caught", java(add="System.exit(0);\n        return 0;")),
    Row("a summary that is printed", "caught", java(add=_FORGED)),
    Row("one of two", "caught", java(add="return a == 2 ? 5 : a - b;")),
    Row("a test disabled", "caught", {"src/test/java/CalcTest.java": JAVA_TEST.replace("@Test void adds()", "@org.junit.jupiter.api.Disabled @Test void adds()").replace("addsMore", "more")}),
)  # fmt: skip
