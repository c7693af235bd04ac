def f():
    y()


def g():
    import x
    z()
