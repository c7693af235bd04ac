package calc

func Twice(x int) int {
	return helper(x)
}
