package calc

// Adds two numbers.
func Add(a, b int) int {
	return a - b
}

// Size counts.
func Size(row []int) int {
	return len(row)
}
