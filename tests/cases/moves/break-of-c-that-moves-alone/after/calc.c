int run(int x) {
    for (;;) {
        x += 1;
        x += 2;
        break;
    }
    return x;
}

int add(int a, int b) {
    return a + b;
}
