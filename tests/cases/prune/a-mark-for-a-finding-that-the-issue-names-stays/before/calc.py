def a(path):
    f = open(path)
    return f


def b(path):
    return open(path).read()


def c(path):
    x = eval(path)
    return x
