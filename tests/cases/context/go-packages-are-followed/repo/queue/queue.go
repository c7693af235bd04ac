package queue

type Queue struct{ items []int }

func (q *Queue) Pop() int {
	return q.items[0]
}
