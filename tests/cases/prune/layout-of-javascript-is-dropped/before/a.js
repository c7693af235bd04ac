function f(a) {
  return g(a, "b");
}

function h() {
  return 1;
}
