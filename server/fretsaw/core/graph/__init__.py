"""Definitions, calls and references, from syntax trees where there are some: joins that a model would get wrong."""
