"""The loop: ask, read, locate, derive, prune, check, minimize; at most so many times; returns an `Outcome`.

It is handed a `Work`, whose `Services` are everything outside as functions.
Nothing is imported here: `vet` needs no loop.
"""
