require 'set'
NAMES = Set.new
require 'json'

def add(a, b)
  a + b
end
