x = a?.b.c;
