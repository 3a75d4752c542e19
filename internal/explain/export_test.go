package explain

import (
	"maps"
	"slices"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
)

// FailureAt is Failure at a given time.
func FailureAt(exchange assumerole.Exchange, err error, now time.Time) Explanation {
	return failure(exchange, err, now)
}

// Advised are the IDs of the answers that there is advice on.
func Advised() []string { return slices.Collect(maps.Keys(advices)) }

// TroubleSummaries are those of all the ways in which a call gets no answer of STS.
func TroubleSummaries() []string {
	all := []string{redirectTrouble.summary, failingTrouble.summary, throttledTrouble.summary, timeoutTrouble.summary}
	for _, kinds := range [][]trouble{sorted(answerTroubles), sorted(connectionTroubles), sorted(proxyTroubles)} {
		for _, trouble := range kinds {
			all = append(all, trouble.summary)
		}
	}
	return all
}
