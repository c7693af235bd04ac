function f(user: User) {
  one(user);
  two(user);

  // and then
  // the rest

  three(user,
        user);
  four(user);
  five(user);
}
