from shop.price import apply_discount


def test_half():
    assert apply_discount(2) == 1
