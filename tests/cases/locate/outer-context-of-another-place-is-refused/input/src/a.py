def near():
    x = 0
    y = 0
    alpha = 1
    beta = 2
    return alpha


def far():
    gamma = 1
    delta = 2
    return gamma
