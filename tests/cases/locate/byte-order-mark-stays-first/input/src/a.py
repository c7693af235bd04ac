import os


def f(a):
    x = 1
    return a + x


def g(b):
    x = 1
    return b - x
