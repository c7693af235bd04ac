"""The functional core: text in, values out. No I/O, no clock, no logging; it cannot fail on any text."""
