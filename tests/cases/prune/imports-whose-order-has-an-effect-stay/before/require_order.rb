require 'a'
require 'b'
b
