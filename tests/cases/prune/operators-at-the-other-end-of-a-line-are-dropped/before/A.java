class A {
  int f(int a, int b) {
    if (a > 0
        && b > 0) {
      return a
          + b
          - 1;
    }
    return 0;
  }
  int g(int a) {
    return a;
  }
}
