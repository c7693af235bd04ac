int f(void) {
    return g(1, 2);
}

int h(void) {
    return 1;
}
