END = '<|im_end|>'
X = 2
STOP = '<|im_end|>'
