NAME = 'help'

def helper(x)
  x * 2
end
