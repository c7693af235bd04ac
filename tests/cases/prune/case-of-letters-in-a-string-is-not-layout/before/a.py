A = '\N{bullet}'
B = 1
