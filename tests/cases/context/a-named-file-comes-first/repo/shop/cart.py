from shop.price import discount


class Cart:
    def __init__(self):
        self.items = []

    def total(self):
        return discount(sum(self.items))
