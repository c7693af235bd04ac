def f(user)
  if user
    one(user)
    two(user)

    # and then
    # the rest

    three(user,
          user)
    four(user)
    five(user)
  end
end
