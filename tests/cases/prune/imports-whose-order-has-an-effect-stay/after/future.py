from __future__ import annotations
import a
