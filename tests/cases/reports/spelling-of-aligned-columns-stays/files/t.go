var (
	name  = 1   // first
	value = 20  // second
)
