package calc

func Twice(x int) int {
	return helper(x)
}

func helper(x int) int {
	return x * 2
}
