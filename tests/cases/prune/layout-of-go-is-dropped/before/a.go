package a

func F() int {
	return g(1, 2)
}

func H() int {
	return 1
}
