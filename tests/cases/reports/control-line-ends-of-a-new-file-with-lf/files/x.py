m
n
