fn f(user: i32) {
    one(user);
    two(user);

    // and then
    // the rest

    three(user,
          user);
    four(user);
    five(user);
}
