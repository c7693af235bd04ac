import foo
import sys

y()
