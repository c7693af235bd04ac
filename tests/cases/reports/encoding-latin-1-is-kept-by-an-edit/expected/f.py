# Prix
nom = 'René'
x = 1
