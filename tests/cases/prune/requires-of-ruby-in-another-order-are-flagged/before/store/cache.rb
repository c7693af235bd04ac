require 'set'
require 'json'
require_relative 'log'

def size(list)
  list.size - 1
end
