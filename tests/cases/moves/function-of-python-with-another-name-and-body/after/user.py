from calc import doubled

print(doubled(2))
