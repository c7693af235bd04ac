END = '<|im_end|>'
X = 1
