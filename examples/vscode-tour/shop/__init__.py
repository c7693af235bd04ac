"""A small shop, all sums in cents."""
