class A { void f(int user) {
  if (user > 0) {
    one(user);
    two(user);

    // and then
    // the rest

    three(user,
          user);
    four(user);
    five(user);
  }
} }
