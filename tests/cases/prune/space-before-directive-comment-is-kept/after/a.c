#define A L"x"
