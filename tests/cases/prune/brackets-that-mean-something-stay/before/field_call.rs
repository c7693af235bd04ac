fn a(s: &S) {
    s.f(1);
}
