import x
import sys
sys.path.insert(0, 'a')
y()
