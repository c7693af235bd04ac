"""A model's findings on texts: the request for them, and the check that what they cite stands there word for word."""
