a = /a#{x} b/
b
