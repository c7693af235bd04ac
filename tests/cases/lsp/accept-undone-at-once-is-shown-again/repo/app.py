import os


def add(a, b):
    return a + c


def sub(a, b):
    return a - c
