from lib import util

print(util.double(2))
