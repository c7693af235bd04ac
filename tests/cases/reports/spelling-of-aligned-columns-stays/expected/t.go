var (
	name  = 2   // first
	value = 20  // second
)
