package webidentity_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/explain"
	"github.com/webidentity/terraform-provider-sts/internal/secret"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// fetcher makes exchanges, whose loop requests a token again after a failure that might be transient.
type fetcher struct{ client *assumerole.Client }

// newFetcher makes a fetcher whose STS denies every token. It gets the one that the exchange got.
func newFetcher(t *testing.T, received func(token string)) fetcher {
	t.Helper()
	sts := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		received(r.FormValue("WebIdentityToken"))
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write([]byte(`<Error><Code>AccessDenied</Code><Message>No</Message></Error>`))
	}))
	t.Cleanup(sts.Close)
	client, err := assumerole.NewClient(t.Context(), assumerole.Settings{Endpoint: sts.URL})
	if err != nil {
		t.Fatal(err)
	}
	return fetcher{client}
}

// exchange makes an exchange that ends with a denial by STS, or with the error of the source.
func (f fetcher) exchange(
	ctx context.Context, source webidentity.Source, timeout time.Duration,
) (assumerole.Exchange, error) {
	return f.client.Exchange(ctx, assumerole.Request{
		RoleARN: "arn:aws:iam::111122223333:role/deploy", RoleSessionName: "test", Token: source, Timeout: timeout,
	})
}

// fetch gets a token from a source as an exchange does.
func fetch(t *testing.T, source webidentity.Source) (secret.Text, assumerole.Exchange, error) {
	t.Helper()
	var token string
	exchange, err := newFetcher(
		t,
		func(received string) { token = received },
	).exchange(t.Context(), source, time.Minute)
	if _, ok := errors.AsType[*assumerole.ServiceError](err); ok {
		err = nil
	}
	return secret.New(token), exchange, err
}

// explainedExchange is the error of an exchange as a user sees it.
func explainedExchange(exchange assumerole.Exchange, err error) string {
	return explain.Failure(exchange, err).Detail
}
