s = 'a'
