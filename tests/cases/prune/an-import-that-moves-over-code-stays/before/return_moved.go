package a

func f(x int) string {
	if x > 1 {
		return "a"
		g()
	}
	h()
	if x > 3 {
		k()
	}
	return "b"
}
