package trustpolicy

// truth is the result of a comparison with a request that isn't known completely.
type truth int

// The order is that of certainty, so the smallest of several results is that of all of them together.
const (
	isFalse truth = iota - 1
	isUnknown
	isTrue
)

func truthOf(condition bool) truth {
	if condition {
		return isTrue
	}
	return isFalse
}

// all is true if every result is true, and false if one is false.
func all(results ...truth) truth {
	combined := isTrue
	for _, result := range results {
		combined = min(combined, result)
	}
	return combined
}

// anyOf is true if one result is true, and false if every result is false.
func anyOf(results ...truth) truth {
	combined := isFalse
	for _, result := range results {
		combined = max(combined, result)
	}
	return combined
}

func (t truth) not() truth { return -t }

// agreed is the result that all of them have. If there are different ones, it is unknown.
func agreed(results ...truth) truth {
	if least, most := all(results...), anyOf(results...); least == most {
		return least
	}
	return isUnknown
}
