def f
  LOG "w #{l} b"       len
end
