"""Lines, safe text, tokens: what every package needs of a text."""
