func f() int {
	a := 10
	b := 2
	return a + b
}
