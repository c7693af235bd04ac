def add(a, b)
  a - b
end

def parts(x)
  x =~ %r{[^/?#]+}
end
