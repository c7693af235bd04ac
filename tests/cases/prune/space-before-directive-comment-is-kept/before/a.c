#define A L "x"
