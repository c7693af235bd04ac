# The rest of the headers is kept by the proxy.
x = 2
