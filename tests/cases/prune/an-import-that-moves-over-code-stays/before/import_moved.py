def f():
    import x
    y()


def g():
    z()
