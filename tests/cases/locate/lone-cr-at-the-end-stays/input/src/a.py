a
x