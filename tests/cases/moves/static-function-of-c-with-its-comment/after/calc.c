/* Twice a number. */
static int helper(int x) {
    return x * 2;
}

int other(int y) {
    return y * 3;
}

int add(int a, int b) {
    return a + b;
}
