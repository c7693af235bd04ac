///<reference path='a' />
let x = 1
