A = """
x

import foo

foo.bar(1)

import baz

"""
