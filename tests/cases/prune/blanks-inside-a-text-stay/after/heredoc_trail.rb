a = <<~X
  a
  #{x} b
X
b
