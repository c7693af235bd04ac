def f(a):
    total = compute(a,
                    a.tax,
                    a.rate,
                    a.fee)
    return total
