from num import double
from util import triple

print(double(triple(1)))
