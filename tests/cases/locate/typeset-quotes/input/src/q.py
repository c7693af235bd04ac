x = 1
print("a")
print('b')
