def beta(y)
  y * 5
end

def xi(value)
  value * 4
end

def add(a, b)
  a + b
end
