def test_a():
    pass

class T:
    async def test_b(self):
        helper()

def helper(): ...
