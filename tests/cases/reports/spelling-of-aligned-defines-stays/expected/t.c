#define A   1   /* a */
#define BB  3   /* b */
