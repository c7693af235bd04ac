for a in b:
    c(a)
    d(a)
