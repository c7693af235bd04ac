def f(a):
    total = compute_all(a,
                        a.tax,
                        a.rate,
                        a.fee)
    return total
