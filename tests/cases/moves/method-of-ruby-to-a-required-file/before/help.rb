NAME = 'help'
