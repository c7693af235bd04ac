require 'json'
require 'set'
require_relative 'log'

def size(list)
  list.size
end
