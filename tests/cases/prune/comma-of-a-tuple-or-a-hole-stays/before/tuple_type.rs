fn a(s: (A)) {
    f(1);
}
