import logging
import warnings
import threading
import weakref


def f():
    logging.info(1)
