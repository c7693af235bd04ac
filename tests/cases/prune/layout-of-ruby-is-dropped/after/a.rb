def f
  g(1,
    2)
end

def h
  2
end
