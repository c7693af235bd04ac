import time

import one

time.sleep(1)
assert one.ONE == 1
