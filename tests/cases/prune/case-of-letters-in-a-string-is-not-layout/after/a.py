A = '\N{BULLET}'
B = 1
