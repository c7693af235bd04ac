import threading
import warnings
import weakref


def f():
    pass
