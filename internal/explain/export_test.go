package explain

import (
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
)

// FailureAt is Failure at a given time.
func FailureAt(exchange assumerole.Exchange, err error, now time.Time) Explanation {
	return failure(exchange, err, now)
}

// RowAtAWS tells which row has advice on an answer; -1: none.
func RowAtAWS(err *assumerole.ServiceError) int { return indexOf(awsRows, err) }

// RowElsewhere is RowAtAWS for other servers.
func RowElsewhere(err *assumerole.ServiceError) int { return indexOf(otherServersRows, err) }

// Rows are how many there are: at AWS, and elsewhere.
func Rows() (atAWS, elsewhere int) { return len(awsRows), len(otherServersRows) }

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
