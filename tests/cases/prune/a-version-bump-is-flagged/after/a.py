__version__ = "1.3.0"
name = 2
