"""The work behind requests: code actions, runs, reviews, edits, notifications."""
