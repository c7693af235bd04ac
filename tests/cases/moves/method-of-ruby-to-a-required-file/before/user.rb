require_relative 'calc'

puts helper(2)
