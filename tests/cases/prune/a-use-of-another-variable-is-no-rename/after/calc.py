def add(a, b, data=None):
    plain = round(a)
    body = encode(plain, strict=True)
    a = plain.cast(data)
    return a + b
