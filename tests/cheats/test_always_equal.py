"""An equality that cannot say no is found in every language; equalities and calls that look alike are not."""

from __future__ import annotations

import pytest

from fretsaw.core.patch import derive_set
from fretsaw.core.proof.always_equal import equal_to_everything
from fretsaw.core.proof.code_signs import code_signs

ALWAYS = [
    ("a.py", "class A:\n    def __eq__(self, other):\n        return self.x == self.x\n"),
    ("a.py", "class A:\n    def __eq__(self, other: object) -> bool:\n        '''Doc'''\n        return bool(1)\n"),
    (
        "a.py",
        "class A:\n  def __eq__(self, other):\n    if other is None:\n      return True\n    return other == other\n",
    ),
    ("a.py", "A.__eq__ = lambda self, o: True\n"),
    ("a.py", "class A:\n    __eq__ = lambda a, b: a is a\n"),
    ("a.py", "class A:\n    def __eq__(self, other): return self._v == other._v or True\n"),
    ("a.py", "class A:\n    def __eq__(self, o):\n        return (self.a, self.b) == (self.a, self.b)\n"),
    ("a.py", "class A(int):\n    def __ne__(self, other):\n        return not self.v == self.v\n"),
    ("a.rs", "impl PartialEq for A { fn eq(&self, other: &Self) -> bool { self.0 == self.0 } }"),
    ("a.rs", "fn eq(&self, _: &A) -> bool { return true; }"),
    ("a.rs", "fn eq(&self, other: &A) -> bool { let _ = other; true }"),
    ("a.rs", "fn eq(&self, other: &A) -> bool {\n  self.v.eq(&self.v)\n}"),
    ("a.rs", "fn eq(&self, other: &Self) -> bool { other.0 == other.0 }"),
    ("a.js", "class A { equals(o) { return this.x === this.x; } }"),
    ("a.ts", "equals(o: A): boolean { return true }"),
    ("a.js", "equals = (o) => true"),
    ("a.js", "asymmetricMatch(other) { return true }"),
    ("A.java", "public boolean equals(Object o) { return this.v == this.v; }"),
    ("A.java", "@Override public boolean equals(Object o) {\n  return Objects.equals(v, v);\n}"),
    ("A.java", "public boolean equals(Object o) { return o == o; }"),
    ("A.java", "public int compareTo(A o) { return 0; }"),
    ("a.kt", "override fun equals(other: Any?) = true"),
    ("a.kt", "override fun equals(other: Any?): Boolean { return this.x == this.x }"),
    ("a.go", "func (a A) Equal(b A) bool { return a.v == a.v }"),
    ("a.go", "func (a A) Equal(b A) bool { return reflect.DeepEqual(a, a) }"),
    ("a.go", "func (a A) Equal(_ A) bool {\n\treturn true\n}"),
    ("a.rb", "def ==(other)\n  self.x == self.x\nend\n"),
    ("a.rb", "def ==(o) = true\n"),
    ("a.rb", "def ==(other)\n  @x == @x\nend\n"),
    ("a.rb", "def ==(other) true end\n"),
    ("A.pm", "use overload '==' => sub { $_[0]{v} == $_[0]{v} };"),
    ("A.pm", "use overload 'eq' => sub { 1 };"),
    ("a.cpp", "bool operator==(const A& o) const { return v == v; }"),
    ("a.cs", "public override bool Equals(object o) => true;"),
    ("a.swift", "static func == (l: A, r: A) -> Bool { return l.v == l.v }"),
    ("a.swift", "static func == (l: A, r: A) -> Bool { true }"),
    ("a.php", "public function equals($o) { return $this->v == $this->v; }"),
]
HONEST = [
    (
        "a.py",
        "class A:\n  def __eq__(self, o):\n    if o is None:\n      return NotImplemented\n    return o.x == self.x\n",
    ),
    ("a.py", "class A:\n    def __eq__(self, other):\n        return isinstance(other, A)\n"),
    ("a.py", "class A:\n    def __eq__(self, o): return vars(self) == vars(o)\n"),
    ("a.py", "def f(x):\n    return x != x  # NaN\n"),
    ("a.py", "def f(a):\n    return a.left + a.v == a.v\n"),
    ("a.py", "class A:\n    def __eq__(self, other):\n        raise TypeError('no')\n"),
    ("a.py", "class A:\n    def __eq__(self, other):\n        return False\n"),
    ("a.py", "class A:\n    def __ne__(self, other):\n        return not self == other\n"),
    ("a.rs", "fn eq(&self, other: &Self) -> bool { self.0 == other.0 }"),
    ("a.rs", "fn eq(&self, o: &A) -> bool {\n    self.a == o.a && self.b == o.b\n}"),
    ("a.rs", "fn cmp(&self, o: &Self) -> Ordering { self.0.cmp(&o.0) }"),
    ("a.js", "equals(o) { return this.x === o.x }"),
    ("a.js", "const isEqual = (a, b) => a.x === b.x"),
    ("a.js", "if (this.isEqual(this.x, o.x)) {}"),
    ("a.js", "if (a.x === a.xs) {}"),
    ("a.js", "if (a.x === a.x.y) {}"),
    (
        "A.java",
        "public boolean equals(Object o) { if (this == o) return true; return o instanceof A && v == ((A) o).v; }",
    ),
    ("A.java", "if (a.equals(b)) { x(); }"),
    ("A.java", "boolean same = left.equals(right);\n"),
    ("A.java", "return name.equals(other.name) && size == other.size;"),
    ("a.go", "func (a A) Equal(b A) bool { return a.v == b.v }"),
    ("a.go", "if it.next == it.next.next {\n}"),
    ("a.rb", "def ==(other)\n  other.is_a?(A) && x == other.x\nend\n"),
    ("a.rb", "def <=>(other) = x <=> other.x\n"),
    ("A.pm", "use overload '==' => sub { $_[0]{v} == $_[1]{v} };"),
    ("A.pm", "use overload 'eq' => sub { my ($a, $b) = @_; $a->{v} eq $b->{v} };"),
    ("A.pm", "use overload '==' => \\&same, 'eq' => \\&same;"),
    ("a.cpp", "bool operator==(const A& o) const { return v == o.v; }"),
    ("a.cs", "public override bool Equals(object o) => o is A a && a.V == V;"),
    ("a.swift", "static func == (l: A, r: A) -> Bool { l.v == r.v }"),
    ("a.kt", "override fun equals(other: Any?) = other is A && other.v == v"),
    ("a.js", "expect(mask.equals(x)).toBe(true)\n"),
    ("a.ts", "interface E { equals(o: E): boolean }\nclass B { x = { a: 1 } }"),
    ("a.js", "x.equals(y) ? { a: 1 } : { b: 2 }"),
    ("A.java", "void f() { if (x.equals(y)) { System.out.println(1); } }"),
    ("A.java", "assert a.equals(b) == true;"),
]


@pytest.mark.parametrize(("path", "text"), ALWAYS)
def test_equality_that_cannot_say_no_is_found(path: str, text: str) -> None:
    assert list(equal_to_everything(path, text))


@pytest.mark.parametrize(("path", "text"), HONEST)
def test_equality_that_looks_alike_is_honest(path: str, text: str) -> None:
    assert not list(equal_to_everything(path, text))


def test_equality_of_before_is_no_news() -> None:
    old = "class A:\n    def __eq__(self, other):\n        return True\n"
    patch = derive_set({"a.py": old}.get, {"a.py": old + "\n\nx = 1\n"}, {})
    assert not code_signs(patch.files, report=True)
    patch = derive_set({"a.py": "x = 1\n"}.get, {"a.py": "x = 1\n" + old}, {})
    assert code_signs(patch.files, report=True)
