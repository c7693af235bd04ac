a = <<~X
  a

X
b
