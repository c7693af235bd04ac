def helper(xs)
  xs.each do |x|
    puts x
  end
  xs.size
end

def mid2(u)
  u * 2
end

def mid3(u)
  u * 3
end

def mid4(u)
  u * 4
end

def mid5(u)
  u * 5
end

def add(a, b)
  a - b
end
