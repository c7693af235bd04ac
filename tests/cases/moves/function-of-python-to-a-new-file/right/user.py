from helpers import helper

print(helper(2))
