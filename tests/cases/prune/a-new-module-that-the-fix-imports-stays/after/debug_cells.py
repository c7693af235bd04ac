def cells(line):
    return line.rstrip().split(",")
