package m

func interest(a int) int {
	return a * 3
}

func old(x int) int {
	return x
}
