"""Measure the engine on a corpus: read rows, score a patch against its right answer, sum up (`agent bench`)."""
