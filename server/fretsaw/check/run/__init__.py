"""Run one command to its end and read what it said: limits, output, test reports."""
