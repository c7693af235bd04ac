require 'json'
require 'set'
NAMES = Set.new

def add(a, b)
  a - b
end
