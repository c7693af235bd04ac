package a

func f(x int) string {
	if x > 1 {
		g()
	}
	h()
	if x > 3 {
		k()
		return "a"
	}
	return "b"
}
