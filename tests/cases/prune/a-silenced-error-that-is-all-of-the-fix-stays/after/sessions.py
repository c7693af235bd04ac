def request(method):
    try:
        method = method.encode('ascii')
    except AttributeError:
        pass
    return send(method.upper())
