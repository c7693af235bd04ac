__version__ = "1.2.3"
name = 1
