z = 1
y = z
