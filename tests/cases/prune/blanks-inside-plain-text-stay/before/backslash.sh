foo \ 
  bar
