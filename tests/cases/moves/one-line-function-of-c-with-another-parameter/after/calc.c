#include <stdio.h>

static int beta(int y) { return y * 5; }

static int xi(int n) { return n * 4; }
int add(int a, int b) { return a + b; }
