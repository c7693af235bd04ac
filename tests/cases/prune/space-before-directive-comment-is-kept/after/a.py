#!/usr/bin/env python
x = 1  # type: ignore
