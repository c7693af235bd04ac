import os


def add(a, b):
    return a + c + 1


def sub(a, b):
    return a - c
