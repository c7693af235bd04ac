import sys
sys.path.insert(0, 'a')
import x
y()
