func TestAdd(t *testing.T) {
}

func helper() {}
// func TestOff(t *testing.T) {}
func FuzzIt(f *testing.F) {}
