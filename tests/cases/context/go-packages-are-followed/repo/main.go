package main

import "example.com/proj/queue"

func main() {
	q := queue.Queue{}
	q.Pop()
}
