require 'b'
require 'a'
b
