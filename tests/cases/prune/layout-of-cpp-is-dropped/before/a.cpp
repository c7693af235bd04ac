int f() {
    return g(1, 2);
}

int h() {
    return 1;
}
