"""One repository opened for work: gives `fix` its world, keeps runs, delivers, undoes. Both shells call this.

Knows nothing of terminals or of LSP.
"""
