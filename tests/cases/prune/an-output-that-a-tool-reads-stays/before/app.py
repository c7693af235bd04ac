def app(environ, start):
    start(500)
    return []
