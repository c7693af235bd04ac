int other(int y) {
    return y * 3;
}

/* Twice a number. */
static int helper(int x) {
    return x * 2;
}

int add(int a, int b) {
    return a - b;
}
