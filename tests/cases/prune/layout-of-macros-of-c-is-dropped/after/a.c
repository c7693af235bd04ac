#ifdef A
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define RUN(x)                                                                 \
  do {                                                                         \
    run(x);                                                                    \
  } while (0)
#define NAME "a b"
#endif

int f(int a) { return a + 1; }
