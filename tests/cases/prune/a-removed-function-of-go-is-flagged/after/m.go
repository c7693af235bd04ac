package m

func interest(a int) int {
	return a * 3 / 100
}
