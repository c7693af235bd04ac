#define A   1   /* a */
#define BB  2   /* b */
