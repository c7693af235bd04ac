def helper(x)
  x * 2
end

def add(a, b)
  a - b
end
