package a

var s = `x

`
