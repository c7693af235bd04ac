"""Isolate a command from the user's files and network: tiers, their trial, copies of the tree."""
