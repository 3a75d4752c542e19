package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
)

// issuer is a real OpenID Connect provider on loopback, with one user.
type issuer struct {
	name      string
	url       string // of the discovery document, without /.well-known/openid-configuration
	roles     client // whose tokens get the policy of a role
	claims    client // whose tokens name their policy in a claim; the zero value: there is none
	claimName string
	// token gets an ID token of the user for a client.
	token func(ctx context.Context, c client) (string, error)
}

// client is a registered client of an issuer.
type client struct {
	id     string
	secret secret.Text
}

func (b *bench) newClient(id string) client {
	return client{id: id, secret: b.random()}
}

// random is a secret that no output shows.
func (b *bench) random() secret.Text {
	text := secret.New(rand.Text())
	b.known = append(b.known, text)
	return text
}

// discovery is the URL of the discovery document.
func (i *issuer) discovery() string {
	return strings.TrimSuffix(i.url, "/") + "/.well-known/openid-configuration"
}

// requestToken posts a form to a token endpoint, and returns the ID token. The client identifies itself with its
// secret.
func requestToken(ctx context.Context, endpoint string, c client, form url.Values) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint, strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.SetBasicAuth(c.id, c.secret.Reveal())
	httpClient := http.Client{Timeout: startTimeout}
	response, err := httpClient.Do(request)
	if err != nil {
		return "", err
	}
	defer func() { _ = response.Body.Close() }()
	const limit = 1 << 20
	body, err := io.ReadAll(io.LimitReader(response.Body, limit))
	if err != nil {
		return "", err
	}
	var answer struct {
		IDToken     string `json:"id_token"`
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return "", fmt.Errorf("the token endpoint answers %s without JSON", response.Status)
	}
	if response.StatusCode != http.StatusOK {
		return "", fmt.Errorf(
			"the token endpoint answers %s: %s: %s",
			response.Status,
			answer.Error,
			answer.Description,
		)
	}
	if answer.IDToken == "" {
		return "", errors.New("the token endpoint returned no ID token")
	}
	return answer.IDToken, nil
}

// tokenLifetime is longer than every check.
const tokenLifetime = time.Hour
