int main(void) {
  int x = 3;
#define HOOK \
  x = 4;
  return x;
}
