package calc

func helper(x int) int {
	return x * 2
}

func Add(a, b int) int {
	return a - b
}
