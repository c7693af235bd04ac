class P:
    def a(self): pass
