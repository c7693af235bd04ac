#include <stdio.h>

static int xi(int x) { return x * 4; }
static int beta(int y) { return y * 5; }

int add(int a, int b) { return a - b; }
