café = 1

â€¨ = 1
    x = 2
last