def apply_discount(amount):
    return amount * 0.5
