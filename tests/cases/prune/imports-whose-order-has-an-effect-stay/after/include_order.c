#include <b.h>
#include <a.h>
int x;
