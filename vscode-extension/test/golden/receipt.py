"""What the printer at the counter prints."""

from shop.prices import show


def print_receipt(basket):
    """All rows, the discount and the total, as text."""
    lines = [f"{quantity} x {name}  {show(cents)}" for name, cents, quantity in basket.rows]
    if basket.percent:
        lines.append(f"discount  {basket.percent} %")
    lines.append(f"total  {show(basket.total())}")
    return "\n".join(lines)
