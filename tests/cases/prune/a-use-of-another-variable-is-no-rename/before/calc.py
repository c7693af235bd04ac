def add(a, b, data=None):
    body = encode(a, strict=True)
    a = a.cast(data)
    return a - b
