def request(method):
    return send(method.upper())
