"""What somebody wants to buy."""

from functools import reduce

from shop.prices import discount


class Basket:
    """Rows of name, price in cents and quantity."""

    def __init__(self, percent=0):
        self.percent = percent
        self.rows = []

    def add(self, name, cents, quantity=1):
        """Put something in."""
        self.rows.append((name, cents, quantity))

    def total(self):
        """What it costs, with the discount."""
        sums = [cents * quantity for _, cents, quantity in self.rows]
        return discount(sum(sums), self.percent)
