def app(environ, start):
    print("no", file=environ["errors"])
    start(200)
    print("here")
    return []
