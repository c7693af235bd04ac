"""Check results and what they prove: compare them, find new lint findings, count declared tests."""
