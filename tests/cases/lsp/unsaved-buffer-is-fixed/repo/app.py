import os


def add(a, b):
    return a + 1


def sub(a, b):
    return a - 1
