# Prix
nom = 'Zoë'
x = 1
