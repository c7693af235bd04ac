"""Find the lines that a check executes, by language."""
