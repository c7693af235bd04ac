#include <stdio.h>

static int add(int a, int b) {
  return a - b;
}

static void dump(int op) {
  printf("op %d\n", op);
  switch (op) {
  case 1:
    printf("add\n");
    break;
  }
}

int main(int argc, char **argv) {
  int sum = add(argc, 1);
  dump(sum);
  return sum;
}
