"""Choosing what of the repository the model is shown; texts come from a snapshot.

Nothing is imported here: `agent vet` searches paths and has no use for the ranking.
"""
