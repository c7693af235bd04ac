import unittest

from shop.basket import Basket
from shop.prices import discount, parse, quantity
from shop.receipt import print_receipt


class ShopTest(unittest.TestCase):
    def test_prices(self):
        self.assertEqual(parse("1.23"), 123)
        self.assertIsNone(parse("free"))
        self.assertEqual(quantity("2"), 2)
        self.assertEqual(discount(500, 20), 400)

    def test_receipt(self):
        basket = Basket(percent=10)
        basket.add("tea", 300, 2)
        self.assertEqual(print_receipt(basket).splitlines()[-1], "total  5.40 €")
