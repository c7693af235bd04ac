f()
b
