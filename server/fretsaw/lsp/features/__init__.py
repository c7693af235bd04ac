"""What the server does for a request: code actions, runs, reviews, edits, notifications."""
