package calc

// Add returns the sum of two numbers.
func Add(a, b int) int {
	return a - b
}

// Size counts the numbers of a row.
func Size(row []int) int {
	return len(row)
}
