from calc import helper

print(helper(2))
