FOO(int) }
#define F(x)
int y;
