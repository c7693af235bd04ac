s = 'b'
