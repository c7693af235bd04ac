def a(path):
    f = open(path)  # NoQA: SIM115
    return f


def b(path):
    with open(path) as file:
        return file.read()


def c(path):
    x = eval(path)  # NoQA: S307
    return x
