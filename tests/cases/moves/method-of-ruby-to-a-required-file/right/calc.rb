require_relative 'help'

def add(a, b)
  a + b
end
