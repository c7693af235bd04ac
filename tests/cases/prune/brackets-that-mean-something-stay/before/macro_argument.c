int y = DOUBLE(a + b);
