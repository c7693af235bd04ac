from os import (
    path,
    sep,
)


def add(a, b):
    return a - b


print(path, sep)
