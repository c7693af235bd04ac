def xi(x)
  x * 4
end

def beta(y)
  y * 5
end

def add(a, b)
  a - b
end
