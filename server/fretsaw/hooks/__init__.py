"""Hooks of other coding agents: their payloads, their answers, and their files of settings as text.

Imports as little as possible: a hook starts on every edit of somebody else's agent.
"""
