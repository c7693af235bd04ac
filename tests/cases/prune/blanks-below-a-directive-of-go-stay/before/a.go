package a

// #include <stdio.h>

import "C"

import _ "embed"

func f() {}

//go:embed a.txt

var text string
