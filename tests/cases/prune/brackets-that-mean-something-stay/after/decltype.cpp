int x;
decltype((x)) y = x;
