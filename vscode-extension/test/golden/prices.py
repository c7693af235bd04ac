"""Prices in cents."""

import math

CURRENCIES = {"EUR": "€", "USD": "$", "GBP": "£"}


def parse(text):
    """Cents of a price such as "1.23"; None when it is none."""
    try:
        return round(float(text) * 100)
    except:
        return None


def show(cents, currency="EUR"):
    """A price for people."""
    return f"{cents / 100:.2f} {CURRENCIES[currency]}"


def quantity(text):
    """How many are wanted; 1 when nobody says."""
    try:
        return int(text)
    except:
        return 1


def discount(cents, percent):
    """What is left of a price."""
    return max(0, cents - cents * percent // 100)
