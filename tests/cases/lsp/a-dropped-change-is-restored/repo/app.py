def f(x):
    return x+1


def g(y):
    return y


def h(z):
    return  z
