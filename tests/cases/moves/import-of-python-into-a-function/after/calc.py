def load(text):
    import json

    return json.loads(text)


def add(a, b):
    return a + b
