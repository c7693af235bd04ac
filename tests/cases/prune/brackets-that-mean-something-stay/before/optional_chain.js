x = (a?.b).c;
