int run(int x) {
    for (;;) {
        x += 1;
        break;
        x += 2;
    }
    return x;
}

int add(int a, int b) {
    return a - b;
}
