c
d
