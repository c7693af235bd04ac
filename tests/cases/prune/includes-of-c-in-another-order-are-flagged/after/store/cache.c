#include <stdio.h>
#include <string.h>
#include "cache.h"

int size(int n) {
    return n;
}
