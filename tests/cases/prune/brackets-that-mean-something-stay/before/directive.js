function f() {
  ('use strict');
  return 1;
}
