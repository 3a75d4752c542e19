package main

// once keeps what its first call returned. The checks run one after the other, so it needs no lock.
type once[T any] struct {
	done  bool
	value T
	err   error
}

func (o *once[T]) get(produce func() (T, error)) (T, error) {
	if !o.done {
		o.value, o.err = produce()
		o.done = true
	}
	return o.value, o.err
}
