from util import double, triple

print(double(triple(1)))
