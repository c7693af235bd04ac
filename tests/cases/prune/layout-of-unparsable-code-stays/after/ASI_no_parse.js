@@@ broken
function f() {
  return x;
}
