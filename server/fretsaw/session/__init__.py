"""One repository opened for work: run a fix, keep runs, deliver, undo. Both shells call these modules, one a command.

Nothing is imported here: a command imports the module that it needs.
"""
