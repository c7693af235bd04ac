for (; x; y) z()
