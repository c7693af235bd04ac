"""A fake editor that behaves as real ones do, after the table in the facts on editors. Tests only."""
