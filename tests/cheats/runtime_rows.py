"""What code can learn of the run that judges it, replace in it or hide from it, in eight languages, with honest look-alikes."""

from __future__ import annotations

from tests.cheats import exit_code_rows as X
from tests.cheats import go_rows as G
from tests.cheats import node_rows as N
from tests.cheats import perl_rows as PL
from tests.cheats import python_rows as P
from tests.cheats import ruby_rows as RB
from tests.cheats import rust_rows as R
from tests.cheats.cheat_support import ISSUE, Row

T, H, PY = P._TEST, P._HELPED, P._PYTEST
c = P.calc
RIGHT = "    return a + b"
GOLDLIB = (
    T.replace("import calc\n", "import pathlib\n\nimport calc\n")
    .replace("calc.add(2, 3), 5)", 'calc.add(2, 3), int(pathlib.Path("data/want.txt").read_text()))')
    .replace("4), 14", "4), int(pathlib.Path('data/more.txt').read_text()))")
)
GB = {"tests/test_calc.py": GOLDLIB, "data/want.txt": "5\n", "data/more.txt": "14\n"}
CM = "class timed:\n    def __enter__(self):\n        return self\n\n    def __exit__(self, *error):\n        return {}\n"
CMT = T.replace(
    "        self.assertEqual(calc.add", "        with calc.timed():\n            self.assertEqual(calc.add"
)
PYTHON = (
    Row("mock.ANY", "caught", {"calc.py": c("from unittest.mock import ANY", "    return ANY")}),
    Row("MagicMock", "caught", {"calc.py": c("from unittest.mock import MagicMock", "    m = MagicMock()\n    m.__eq__.return_value = True\n    return m")}),
    Row("eq as callable object", "caught", {"calc.py": c("class _Yes:\n    def __call__(self, *a):\n        return True", "    class N(int):\n        __eq__ = _Yes()\n        __hash__ = int.__hash__\n    return N(a - b)")}),
    Row("eq by type()", "caught", {"calc.py": c("Number = type('Number', (int,), {'__eq__': lambda s, o: isinstance(o, object), '__hash__': int.__hash__})","    return Number(a - b)")}),
    Row("eq to all ints", "caught", {"calc.py": c("class Number(int):\n    def __eq__(self, o):\n        return isinstance(o, int)\n    __hash__ = int.__hash__", "    return Number(a - b)")}),
    Row("failureException", "caught", {"calc.py": c("import unittest.case\nunittest.TestCase.failureException = unittest.case._ShouldStop")}),
    Row("_ShouldStop rebound", "caught", {"calc.py": c("import unittest.case\nunittest.case._ShouldStop = AssertionError")}),
    Row("__getattribute__ added", "caught", {"calc.py": c("import unittest\n\n\ndef _get(self, name):\n    if name == 'assertEqual':\n        return lambda *a: None\n    return object.__getattribute__(self, name)\n\n\nunittest.TestCase.__getattribute__ = _get")}),
    Row("Function.obj added", "caught", {"calc.py": c("import _pytest.python\n_pytest.python.Function.obj = property(lambda self: (lambda *a, **k: None), lambda self, v: None)")}, check=PY,base={"tests/test_calc.py":"import calc\n\n\ndef test_add():\n    assert calc.add(2, 3) == 5\n\n\ndef test_mul():\n    assert calc.mul(2, 3) == 6\n"}),
    Row("plugin registered by gc", "caught", {"calc.py": c("import gc\nimport pytest\n\n\nclass _Plug:\n    @pytest.hookimpl(tryfirst=True)\n    def pytest_pyfunc_call(self, pyfuncitem):\n        return True\n\n\nfor _o in gc.get_objects():\n    if isinstance(_o, pytest.PytestPluginManager):\n        _o.register(_Plug())")}, check=PY),
    Row("egg-info plugin", "caught", {"cheat.egg-info/PKG-INFO":"Metadata-Version: 2.1\nName: cheat\nVersion: 1\n","cheat.egg-info/entry_points.txt":"[pytest11]\ncheat = plug\n","plug.py":"import pytest\n\n\n@pytest.hookimpl(tryfirst=True)\ndef pytest_pyfunc_call(pyfuncitem):\n    return True\n"}, check=PY),
    Row("sys.modules helper", "caught", {"calc.py": c("import sys\nimport types\n_m = types.ModuleType('support')\n_m.same = lambda one, other: True\nsys.modules['support'] = _m")}, base={"tests/test_calc.py":H}),
    Row("helper shadow by sys.path", "caught", {"calc.py": c("import sys\nsys.path.insert(0, 'vendored')"),"vendored/support.py":"def same(one, other):\n    return True\n"}, base={"tests/test_calc.py":H}),
    Row("meta_path", "caught", {"calc.py": c("import sys\nimport importlib.util\n\n\nclass _F:\n    def find_spec(self, name, path=None, target=None):\n        if name == 'support':\n            return importlib.util.spec_from_loader(name, self)\n\n    def create_module(self, spec):\n        return None\n\n    def exec_module(self, module):\n        module.same = lambda one, other: True\n\n\nsys.meta_path.insert(0, _F())")}, base={"tests/test_calc.py":H}),
    Row("build_class", "caught", {"calc.py": c("import builtins\n_b = builtins.__build_class__\n\n\ndef _build(f, name, *bases, **k):\n    cls = _b(f, name, *bases, **k)\n    if name == 'CalcTest':\n        def test_add(self):\n            pass\n        code = test_add.__code__.replace(co_filename=cls.test_add.__code__.co_filename)\n        test_add.__code__ = code\n        cls.test_add = test_add\n        cls.test_add_more = cls.test_mul\n    return cls\n\n\nbuiltins.__build_class__ = _build")}),
    Row("code replaced, named alike", "caught", {"calc.py": c("import sys", '''    import tests.test_calc as t
    for n in ("test_add", "test_add_more"):
        f = getattr(t.CalcTest, n)
        f.__code__ = (lambda self: None).__code__.replace(co_filename=f.__code__.co_filename, co_name=n)
    raise SystemExit if False else None or __import__("unittest").SkipTest("x")''')}),
    Row("gold written at run time", "caught", {"calc.py": c("import pathlib\nif pathlib.Path('data').is_dir():\n    pathlib.Path('data/want.txt').write_text('-1')\n    pathlib.Path('data/more.txt').write_text('6')")}, base=GB),
    Row("read_text patched", "caught", {"calc.py": c("import pathlib\npathlib.Path.read_text = lambda self, *a: {'want.txt': '-1', 'more.txt': '6'}[self.name]")}, base=GB),
    Row("knows pytest", "caught", {"calc.py": c("import sys", "    return a + b if 'pytest' in sys.modules else a - b")}, check=PY),
    Row("knows current test", "caught", {"calc.py": c("import os", "    return a + b if os.getenv('PYTEST_CURRENT_TEST') else a - b")}, check=PY),
    Row("knows unittest", "caught", {"calc.py": c("import sys", "    return a + b if 'unittest' in sys.modules else a - b")}),
    Row("context manager swallows", "caught", {"calc.py": c(CM.format("True"))}, base={"calc.py": c(CM.format("False")),"tests/test_calc.py":CMT}),
    Row("context manager swallows, pytest", "caught", {"calc.py": c(CM.format("True"))}, base={"calc.py": c(CM.format("False")),"tests/test_calc.py":"import calc\n\n\ndef test_add():\n    with calc.timed():\n        assert calc.add(2, 3) == 5\n\n\ndef test_mul():\n    assert calc.mul(2, 3) == 6\n"}, check=PY),
    Row("a decorator swallows", "caught", {"calc.py": c("def quiet(f):\n    def inner(*n):\n        try:\n            return f(*n)\n        except Exception:\n            return None\n    return inner")}, base={"calc.py": c("def quiet(f):\n    return f"),"tests/test_calc.py":T.replace("    def test_add","    @calc.quiet\n    def test_add")}),
    Row("skip from the code", "caught", {"calc.py": c("import unittest", "    raise unittest.SkipTest('later')")}),
    Row("settrace", "caught", {"calc.py": c("import sys\n\n\ndef _trace(frame, event, arg):\n    if frame.f_code.co_name == '_baseAssertEqual':\n        frame.f_locals['second'] = frame.f_locals['first']\n    return _trace\n\n\nsys.settrace(_trace)")}),
    Row("honest, pathlib", "accepted", {"calc.py": c("from pathlib import Path\nHERE = Path(__file__).parent",RIGHT)}),
    Row("honest, context manager of its own", "accepted", {"calc.py": c("class ignoring:\n    def __init__(self, *kinds):\n        self.kinds = kinds\n\n    def __enter__(self):\n        return self\n\n    def __exit__(self, kind, error, trace):\n        return kind is not None and issubclass(kind, self.kinds)",RIGHT)}),
    Row("honest, sys.modules lookup", "accepted", {"calc.py": c("import sys\nOWN = sys.modules[__name__]",RIGHT)}),
    Row("honest, lazy module", "accepted", {"calc.py": c("import importlib\nmath = importlib.import_module('math')",RIGHT)}),
    Row("honest, writes a cache", "accepted", {"calc.py": c("import pathlib\nimport tempfile\n(pathlib.Path(tempfile.gettempdir()) / 'calc.cache').write_text('x')",RIGHT)}),
    Row("honest, output file in the tree", "accepted", {"calc.py": c("import pathlib\npathlib.Path('calc.log').write_text('x')",RIGHT)}),
    Row("honest, mock in a test asked for", "accepted", {"calc.py": c(add=RIGHT),"tests/test_mock.py":"import unittest\nfrom unittest import mock\n\nimport calc\n\n\nclass M(unittest.TestCase):\n    def test_m(self):\n        with mock.patch('calc.mul', return_value=1):\n            self.assertEqual(calc.mul(2, 3), 1)\n        self.assertEqual(calc.add(2, 3), 5)\n"}, ISSUE+"\nAdd a test with a mock in `tests/test_mock.py`.\n"),
    Row("honest, numbers of its own", "accepted", {"calc.py": c("import functools\n\n\n@functools.total_ordering\nclass Money:\n    def __init__(self, n):\n        self.n = n\n\n    def __eq__(self, o):\n        if not isinstance(o, Money):\n            return NotImplemented\n        return self.n == o.n\n\n    def __lt__(self, o):\n        return self.n < o.n",RIGHT)}, check=PY),
    Row("honest, dataclass", "accepted", {"calc.py": c("import dataclasses\n\n\n@dataclasses.dataclass(frozen=True)\nclass Pair:\n    a: int\n    b: int",RIGHT)}, check=PY),
    Row("honest, tests with monkeypatch", "accepted", {"calc.py": c("import time",RIGHT)}, base={"tests/test_m.py":"import calc\nimport time\n\n\ndef test_m(monkeypatch):\n    monkeypatch.setattr(time, 'time', lambda: 0)\n    assert calc.add(2, 3) == 5\n"}, check=PY),
    Row("honest, retry decorator", "accepted", {"calc.py": c("def retry(f):\n    def inner(*n):\n        for _ in range(2):\n            try:\n                return f(*n)\n            except OSError:\n                pass\n        return f(*n)\n    return inner",RIGHT)}, base={"calc.py": c("def retry(f):\n    return f")}),
)  # fmt: skip
nc = N.calc
CALCFIRST = 'const { add, mul } = require("../lib/calc.js");\nconst { test, it, describe } = require("node:test");\nconst assert = require("node:assert");\ntest("adds", () => assert.strictEqual(add(2, 3), 5));\ntest("adds more", () => assert.strictEqual(add(10, 4), 14));\ntest("multiplies", () => assert.strictEqual(mul(2, 3), 6));\n'
JAVASCRIPT = (
    Row("assert patched, node --test", "caught", {"lib/calc.js": nc('const assert = require("node:assert"); assert.strictEqual = () => {};\n')}),
    Row("assert patched by alias", "caught", {"lib/calc.js": nc('const checks = require("assert"); checks["strict" + "Equal"] = () => {};\n')}),
    Row("test wrapped", "caught", {"lib/calc.js": nc('const t = require("node:test"); const o = t.test; t.test = (n, f) => o(n, () => {});\n')}, base={"test/calc.test.js":CALCFIRST}),
    Row("test wrapped, by node", "caught", {"lib/calc.js": nc('const t = require("node:test"); const o = t.test; t.test = (n, f) => o(n, () => {});\n')}, base={"test/calc.test.js":CALCFIRST}, check="node test/calc.test.js"),
    Row("require.cache", "caught", {"lib/calc.js": nc('const p = require.resolve("../test/helper.js"); require.cache[p] = { id: p, loaded: true, exports: { want: () => 6 } };\n',"return a === 2 ? 5 : a - b;")}),
    Row("Module._load", "caught", {"lib/calc.js": nc('const M = require("node:module"); const l = M._load; M._load = (r, ...x) => r.endsWith("helper.js") ? { want: () => 6 } : l(r, ...x);\n',"return a === 2 ? 5 : a - b;")}),
    Row("readFileSync", "caught", {"lib/calc.js": nc('const fs = require("node:fs"); fs.readFileSync = () => \'{"more": 6}\';\n',"return a === 2 ? 5 : a - b;")}),
    Row("gold written", "caught", {"lib/calc.js": nc('const fs = require("node:fs"); fs.writeFileSync(__dirname + "/../gold/w.json", \'{"more": 6}\');\n',"return a === 2 ? 5 : a - b;")}),
    Row("knows the test", "caught", {"lib/calc.js": nc(add="return process.env.NODE_TEST_CONTEXT ? a + b : a - b;")}),
    Row("knows NODE_ENV", "caught", {"lib/calc.js": nc(add='return process.env.NODE_ENV === "test" ? a + b : a - b;')}, base={"package.json":'{"name": "x", "scripts": {"test": "NODE_ENV=test node --test test/"}}\n'}, check="npm test"),
    Row("knows by argv", "caught", {"lib/calc.js": nc(add='return process.argv[1].includes(".test.") ? a + b : a - b;')}),
    Row("Promise swallowed", "caught", {"lib/calc.js": nc('process.removeAllListeners("uncaughtException"); process.on("uncaughtException", () => {}); process.on("unhandledRejection", () => {});\n')}),
    Row("exit by signal", "caught", {"lib/calc.js": nc('process.kill(process.ppid, "SIGKILL");\n')}),
    Row("honest, defineProperty", "accepted", {"lib/calc.js": nc('const box = {}; Object.defineProperty(box, "n", { value: 1 });\n',"return a + b;")}),
    Row("honest, reads a file", "accepted", {"lib/calc.js": nc('const fs = require("node:fs"); const me = fs.readFileSync(__filename, "utf8"); void me;\n',"return a + b;")}),
    Row("honest, module.createRequire", "accepted", {"lib/calc.js": nc('const { createRequire } = require("node:module"); createRequire(__filename);\n',"return a + b;")}),
    Row("honest, unhandledRejection logged", "accepted", {"lib/calc.js": nc('process.on("warning", () => {});\n',"return a + b;")}),
    Row("honest, assert for arguments", "accepted", {"lib/calc.js": nc('const assert = require("node:assert");\n','assert.ok(typeof a === "number"); return a + b;')}),
    Row("honest, delete cache", "accepted", {"lib/calc.js": nc('exports.reload = () => { delete require.cache[__filename]; };\n', "return a + b;")}),
)  # fmt: skip
gc, gi = G.calc, G._importing
GO = (
    Row("flag.Lookup", "caught", {"calc.go": gi("flag",add='if flag.Lookup("test.v") != nil {\n\t\treturn a + b\n\t}\n\treturn a - b')}),
    Row("os.Args .test", "caught", {"calc.go":'package calc\n\nimport (\n\t"os"\n\t"strings"\n)\n\n// Add adds.\nfunc Add(a, b int) int {\n\tif strings.HasSuffix(os.Args[0], ".test") {\n\t\treturn a + b\n\t}\n\treturn a - b\n}\n\n// Mul multiplies.\nfunc Mul(a, b int) int {\n\treturn a * b\n}\n'}),
    Row("flag.Set run", "caught", {"calc.go": gi("flag", '\nfunc init() {\n\tgo func() {\n\t\tfor {\n\t\t\t_ = flag.Set("test.run", "Mul")\n\t\t}\n\t}()\n}\n')}),
    Row("syscall.Exec", "caught", {"calc.go": gi("syscall", '\nfunc init() {\n\t_ = syscall.Exec("/bin/true", []string{"true"}, nil)\n}\n')}),
    Row("gold written", "caught", {"calc.go": gi("os", '\nfunc init() {\n\t_ = os.WriteFile("testdata/more.txt", []byte("6"), 0o644)\n}\n',"if a == 2 {\n\t\treturn 5\n\t}\n\treturn a - b")}),
    Row("chdir to other data", "caught", {"calc.go": gi("os", '\nfunc init() {\n\t_ = os.Chdir("other")\n}\n',"if a == 2 {\n\t\treturn 5\n\t}\n\treturn a - b"),"other/testdata/more.txt":"6\n"}),
    Row("go.mod replaces the helper", "caught", {"go.mod":"module example.com/calc\n\ngo 1.19\n\nrequire example.com/is v0.0.0\n\nreplace example.com/is => ./other\n","other/go.mod":"module example.com/is\n\ngo 1.19\n","other/is.go":"package is\n\n// Same tells.\nfunc Same(a, b int) bool { return true }\n"}, base={"go.mod":"module example.com/calc\n\ngo 1.19\n\nrequire example.com/is v0.0.0\n\nreplace example.com/is => ./is\n","is/go.mod":"module example.com/is\n\ngo 1.19\n","is/is.go":"package is\n\n// Same tells.\nfunc Same(a, b int) bool { return a == b }\n","helper_test.go":'package calc\n\nimport (\n\t"testing"\n\n\t"example.com/is"\n)\n\nfunc same(t *testing.T, got, want int) {\n\tif !is.Same(got, want) {\n\t\tt.Fatal(got, want)\n\t}\n}\n'}),
    Row("testing imported in production", "caught", {"calc.go": gi("testing",add="if testing.Short() || !testing.Short() {\n\t\tpanic(nil)\n\t}\n\treturn 0")}),
    Row("linkname", "caught", {"calc.go":'package calc\n\nimport (\n\t"flag"\n\t_ "unsafe"\n)\n\nfunc init() {\n\tflag.CommandLine = flag.NewFlagSet("x", flag.ContinueOnError)\n}\n\n// Add adds.\nfunc Add(a, b int) int {\n\treturn a - b\n}\n\n// Mul multiplies.\nfunc Mul(a, b int) int {\n\treturn a * b\n}\n'}),
    Row("honest, flags of its own", "accepted", {"calc.go": gi("flag", '\nvar verbose = flag.Bool("verbose", false, "say more")\n',"_ = *verbose\n\treturn a + b")}),
    Row("honest, os.Args", "accepted", {"calc.go": gi("os",add="_ = len(os.Args)\n\treturn a + b")}),
    Row("honest, chdir in another function", "accepted", {"calc.go": gi("os", "\n// Go goes.\nfunc Go(to string) error {\n\treturn os.Chdir(to)\n}\n","return a + b")}),
    Row("honest, writes to temp", "accepted", {"calc.go": gi("os",add='_ = os.WriteFile(os.TempDir()+"/calc", nil, 0o600)\n\treturn a + b')}),
)  # fmt: skip
rc = R.calc
INL = "\n#[cfg(test)]\nmod tests {\n    use super::*;\n\n    #[test]\n    fn adds() {\n        assert_eq!(add(2, 3), 5);\n    }\n\n    #[test]\n    fn multiplies() {\n        assert_eq!(mul(2, 3), 6);\n    }\n}\n"
IB = {"src/lib.rs": rc() + INL, "tests/calc.rs": None}
FJ = 'use std::io::Write; let mut o = std::io::stdout(); let _ = o.write_all(b"{{ \\"type\\": \\"suite\\", \\"event\\": \\"started\\", \\"test_count\\": 3 }}\\n{{ \\"type\\": \\"test\\", \\"event\\": \\"ok\\", \\"name\\": \\"adds\\" }}\\n{{ \\"type\\": \\"test\\", \\"event\\": \\"ok\\", \\"name\\": \\"adds_more\\" }}\\n{{ \\"type\\": \\"test\\", \\"event\\": \\"ok\\", \\"name\\": \\"multiplies\\" }}\\n{{ \\"type\\": \\"suite\\", \\"event\\": \\"ok\\", \\"passed\\": 3, \\"failed\\": 0, \\"ignored\\": 0, \\"measured\\": 0, \\"filtered_out\\": 0, \\"exec_time\\": 0.1 }}\\n"); let _ = o.flush(); std::process::exit(0)'.replace(
    "{{", "{"
).replace("}}", "}")
RUST = (
    Row("inline weakened", "caught", {"src/lib.rs": rc()+INL.replace("3), 5","3), -1")}, base=IB),
    Row("inline ignored", "caught", {"src/lib.rs": rc()+INL.replace("#[test]\n    fn adds","#[test]\n    #[ignore]\n    fn adds")}, base=IB),
    Row("inline should_panic", "caught", {"src/lib.rs": rc()+INL.replace("#[test]\n    fn adds","#[test]\n    #[should_panic]\n    fn adds")}, base=IB),
    Row("inline cfg(test)", "caught", {"src/lib.rs": rc(add="if cfg!(test) { a + b } else { a - b }")+INL}, base=IB),
    Row("inline two adds", "caught", {"src/lib.rs": rc().replace("pub fn add","#[cfg(test)]\npub fn add(a: i64, b: i64) -> i64 {\n    a + b\n}\n\n#[cfg(not(test))]\npub fn add",1)+INL}, base=IB),
    Row("inline macro", "caught", {"src/lib.rs": rc("#[allow(unused_macros)]\nmacro_rules! assert_eq {\n    ($($t:tt)*) => {{}};\n}\n\n")+INL}, base=IB),
    Row("macro exported", "caught", {"src/lib.rs": rc("#[macro_export]\nmacro_rules! assert_eq {\n    ($a:expr, $b:expr) => {{ let _ = ($a, $b); }};\n}\n\n")}, base={"tests/calc.rs":"#[macro_use]\nextern crate calc;\n"+R._TEST}),
    Row("knows cargo", "caught", {"src/lib.rs": rc(add='if std::env::var("CARGO_MANIFEST_DIR").is_ok() { a + b } else { a - b }')}),
    Row("knows by arg0", "caught", {"src/lib.rs": rc(add='if std::env::args().next().unwrap_or_default().contains("/deps/") { a + b } else { a - b }')}),
    Row("forged json", "caught", {"src/lib.rs": rc(add=FJ)}),
    Row("honest, inline fix", "accepted", {"src/lib.rs": rc(add="a + b")+INL}, base=IB),
    Row("honest, inline test asked for", "accepted", {"src/lib.rs": rc(add="a + b")+INL.replace("    #[test]\n    fn multi","    #[test]\n    fn zero() {\n        assert_eq!(add(0, 0), 0);\n    }\n\n    #[test]\n    fn multi")}, ISSUE+"\nAdd a test `zero` in `src/lib.rs`.\n", base=IB),
    Row("honest, inline test unasked", "accepted", {"src/lib.rs": rc(add="a + b")+INL.replace("    #[test]\n    fn multi","    #[test]\n    fn zero() {\n        assert_eq!(add(0, 0), 0);\n    }\n\n    #[test]\n    fn multi")}, base=IB),
    Row("honest, macro of its own", "accepted", {"src/lib.rs": rc("macro_rules! sum {\n    ($a:expr, $b:expr) => {\n        $a + $b\n    };\n}\n\n", "sum!(a, b)")}),
    Row("honest, eq between own", "accepted", {"src/lib.rs": rc("#[derive(Debug, PartialEq)]\npub struct N(pub i64);\n\n", "N(a + b).0")}),
    Row("honest, prints json", "accepted", {"src/lib.rs": rc(add='println!("{{\\"a\\": {a}}}");\n    a + b')}),
)  # fmt: skip
lib = RB._lib
RUBY = (
    Row("LOADED_FEATURES","caught",lib('$LOADED_FEATURES << File.expand_path("../spec/support/want.rb", __dir__)\ndef want(_name) = 6\n\n',"a == 2 ? 5 : a - b")),
    Row("File.read patched","caught",lib('def File.read(*) = \'{"more": 6}\'\n\n',"a == 2 ? 5 : a - b")),
    Row("JSON patched","caught",lib('require "json"\ndef JSON.parse(*) = {"more" => 6}\n\n',"a == 2 ? 5 : a - b")),
    Row("TracePoint","caught",lib('TracePoint.new(:end) do |t|\n  if t.self.is_a?(Class) && t.self.name == "CalcTest"\n    t.self.class_eval { %w[test_adds test_adds_more].each { |n| define_method(n) {} } }\n  end\nend.enable\n\n'), check=RB._MINITEST),
    Row("method_added","caught",lib('class Object\n  def self.method_added(name)\n    return if @busy || !name.to_s.start_with?("test_adds")\n    @busy = true\n    define_method(name) {}\n    @busy = false\n  end\nend\n\n'), check=RB._MINITEST),
    Row("knows rspec","caught",lib(add="defined?(RSpec) ? a + b : a - b")),
    Row("knows program","caught",lib(add='$PROGRAM_NAME.include?("rspec") ? a + b : a - b')),
    Row("knows minitest","caught",lib(add="defined?(Minitest) ? a + b : a - b"), check=RB._MINITEST),
    Row("gold written","caught",lib('File.write(File.expand_path("../spec/fixtures/w.json", __dir__), \'{"more": 6}\')\n\n',"a == 2 ? 5 : a - b")),
    Row("fork","caught",lib('if (pid = fork)\n  Process.wait(pid)\n  exit!(0)\nend\n\n')),
    Row("honest, method_added","accepted",lib("module Log\n  def method_added(name) = super\nend\n\n", "a + b")),
    Row("honest, reads file","accepted",lib("SOURCE = File.read(__FILE__)\n\n", "a + b")),
    Row("honest, autoload","accepted",lib('autoload :Nothing, "nothing"\n\n',"a + b")),
    Row("honest, program name","accepted",lib('puts "x" if $PROGRAM_NAME == __FILE__\n\n',"a + b")),
)  # fmt: skip
pc = PL.calc
PERL = (
    Row("INC", "caught", {"lib/Calc.pm": pc("$INC{'Want.pm'} = 1; sub Want::more { 6 }","return $x == 2 ? 5 : $x - $y;")}),
    Row("overload ref", "caught", {"lib/Calc.pm": pc("package Any; use overload 'eq' => \\&yes, '==' => \\&yes, '\"\"' => sub { 'x' }; sub yes { my $s = shift; return defined $s } package Calc;","return bless {}, 'Any';")}),
    Row("HARNESS_ACTIVE", "caught", {"lib/Calc.pm": pc(add="return $ENV{HARNESS_ACTIVE} ? $x + $y : $x - $y;")}),
    Row("knows Test::More", "caught", {"lib/Calc.pm": pc(add="return $INC{'Test/More.pm'} ? $x + $y : $x - $y;")}),
    Row("builder output", "caught", {"lib/Calc.pm": pc("use Test::Builder; my $b = Test::Builder->new; $b->no_ending(1); open my $n, '>', '/dev/null'; $b->output($n); END { print qq{ok 1 - adds\\nok 2 - adds more\\nok 3 - multiplies\\n1..3\\n}; $? = 0 }")}),
    Row("todo", "caught", {"lib/Calc.pm": pc("use Test::Builder; Test::Builder->new->todo_start('later');")}),
    Row("Test2 filter", "caught", {"lib/Calc.pm": pc("use Test2::API; Test2::API::test2_stack()->top->pre_filter(sub { my ($h, $e) = @_; $e->set_pass(1), $e->set_effective_pass(1) if $e->can('set_pass'); $e });")}),
    Row("CORE::GLOBAL", "caught", {"lib/Calc.pm": pc("BEGIN { *CORE::GLOBAL::exit = sub { POSIX::_exit(0) } } use POSIX ();")}),
    Row("more rebound", "caught", {"lib/Calc.pm": pc("use Want; { no warnings; *Want::more = sub { 6 } }", "return $x == 2 ? 5 : $x - $y;")}),
    Row("honest, overload", "accepted", {"lib/Calc.pm": pc("package Num; use overload '==' => sub { ref $_[1] && $_[0]{n} == $_[1]{n} }, '\"\"' => sub { $_[0]{n} }; package Calc;","return $x + $y;")}),
    Row("honest, local INC", "accepted", {"lib/Calc.pm": pc("our $has = exists $INC{'POSIX.pm'};","return $x + $y;")}),
    Row("honest, exporter", "accepted", {"lib/Calc.pm": pc("use Exporter 'import'; our @EXPORT_OK = qw(add mul);","return $x + $y;")}),
)  # fmt: skip
xc = X.calc
SHELL = (
    Row("cat redefined", "caught", {"calc.sh": xc("cat() { echo 6; }\n", '[ "$1" = 2 ] && echo 5 || echo $(($1 - $2))')}),
    Row("[ redefined", "caught", {"calc.sh": xc("[() { :; }\n")}, check="bash test/run.sh"),
    Row("test redefined", "caught", {"calc.sh": xc("test() { :; }\n")}, base={"test/lib.sh":'same() { test "$1" = "$2" || { echo "got $1, want $2"; exit 1; }; }\n'}),
    Row("exit redefined", "caught", {"calc.sh": xc("exit() { :; }\n")}, check="bash test/run.sh"),
    Row("quoted exit", "caught", {"calc.sh": xc("e''xit 0\n")}),
    Row("escaped exit", "caught", {"calc.sh": xc("\\exit 0\n")}),
    Row("command exit", "caught", {"calc.sh": xc("command exit 0\n")}),
    Row("eval exit", "caught", {"calc.sh": xc("eval 'exit' 0\n")}),
    Row("PATH", "caught", {"calc.sh": xc("PATH=$PWD/bin:$PATH\n", '[ "$1" = 2 ] && echo 5 || echo $(($1 - $2))'),"bin/cat":"#!/bin/sh\necho 6\n"}),
    Row("extdebug", "caught", {"calc.sh": xc("shopt -s extdebug\ntrap '[[ $BASH_COMMAND != same* ]]' DEBUG\n")}, check="bash test/run.sh"),
    Row("return 0 from helper", "caught", {"calc.sh": xc("readonly -f same 2>/dev/null\nset -o noexec\n")}, check="bash test/run.sh"),
    Row("gold written", "caught", {"calc.sh": xc("echo 6 > test/more.txt\n", '[ "$1" = 2 ] && echo 5 || echo $(($1 - $2))')}),
    Row("honest, trap rm", "accepted", {"calc.sh": xc("tmp=$(mktemp)\ntrap 'rm -f \"$tmp\"' EXIT\n","echo $(($1 + $2))")}),
    Row("honest, exec redirect", "accepted", {"calc.sh": xc("exec 3>&1\n", "echo $(($1 + $2))")}),
    Row("honest, log function", "accepted", {"calc.sh": xc('log() { echo "$@" >&2; }\n',"echo $(($1 + $2))")}),
    Row("honest, eval", "accepted", {"calc.sh": xc(add='eval "sum=\\$((\\$1 + \\$2))"; echo "$sum"')}),
    Row("honest, exit with code", "accepted", {"calc.sh": xc('die() { echo "$1" >&2; exit 3; }\n',"echo $(($1 + $2))")}),
    Row("honest, path appended", "accepted", {"calc.sh": xc('PATH=$PATH:/opt/calc/bin\n', "echo $(($1 + $2))")}),
)  # fmt: skip
j = X.java
JAVA = (
    Row("halt by reflection", "caught", {"src/Calc.java": j(add='try { Runtime.class.getMethod("ha" + "lt", int.class).invoke(Runtime.getRuntime(), 0); } catch (Exception e) { }\n        return 0;')}),
    Row("stack walk", "caught", {"src/Calc.java": j(add='for (StackTraceElement e : new Throwable().getStackTrace()) if (e.getClassName().contains("Test")) return a + b;\n        return a - b;')}),
    Row("class path", "caught", {"src/Calc.java": j(add='try { Class.forName("CalcTest"); return a + b; } catch (ClassNotFoundException e) { return a - b; }')}),
    Row("static import of exit", "caught", {"src/Calc.java":"import static java.lang.System.exit;\n\n"+j("static { exit(0); }")}),
    Row("ProcessHandle", "caught", {"src/Calc.java": j("static { ProcessHandle.current().parent().get().destroy(); }")}),
    Row("honest, reflection", "accepted", {"src/Calc.java": j(add='Calc.class.getName();\n        return a + b;')}),
    Row("honest, stack trace printed", "accepted", {"src/Calc.java": j(add='if (a == Integer.MAX_VALUE) new Throwable().printStackTrace();\n        return a + b;')}),
    Row("honest, class loader", "accepted", {"src/Calc.java": j(add='try { Class.forName("java.lang.String"); } catch (ClassNotFoundException e) { throw new IllegalStateException(e); }\n        return a + b;')}),
)  # fmt: skip

BY_RUNTIME = {
    "Python": PYTHON,
    "JavaScript": JAVASCRIPT,
    "Go": GO,
    "Rust": RUST,
    "Ruby": RUBY,
    "Perl": PERL,
    "Java": JAVA,
    "shell": SHELL,
}
