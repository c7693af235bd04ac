class A:
    def one(self):
        skipped = 0
        more = 0
        still = 0
        alpha = 1
        beta = 2
        return alpha
