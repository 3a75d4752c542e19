package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

const (
	zitadelModule = "github.com/zitadel/oidc/v3"
	zitadelUser   = "interop"
)

// startZitadel builds and starts the example server of zitadel's library, with one client and one user. The server
// supports neither the password grant nor a claim for MinIO's policies.
func (b *bench) startZitadel(ctx context.Context) (*issuer, error) {
	program, err := b.zitadelProgram(ctx)
	if err != nil {
		return nil, err
	}
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	i := &issuer{name: "zitadel/oidc", url: "http://" + address + "/", roles: b.newClient("minio-role")}
	password := b.random()
	i.token = func(ctx context.Context, c client) (string, error) { return i.logIn(ctx, c, password.Reveal()) }
	users, err := json.Marshal(map[string]map[string]string{
		"5b0c7a52": {"ID": "5b0c7a52", "Username": zitadelUser, "Password": password.Reveal()},
	})
	if err != nil {
		return nil, err
	}
	folder, err := b.workspace.Folder("server")
	if err != nil {
		return nil, err
	}
	path := filepath.Join(folder, "users.json")
	if err := os.WriteFile(path, users, 0o600); err != nil {
		return nil, err
	}
	s, err := b.start(ctx, program, []string{"CLIENT_SECRET=" + i.roles.secret.Reveal()},
		"-address", address, "-users", path, "-client", i.roles.id, "-redirect", unusedRedirect)
	if err != nil {
		return nil, err
	}
	return i, s.waitFor(ctx, i.discovery())
}

// zitadelProgram builds the program in tools/interop/issuer. If nothing has changed, Go's cache makes this fast.
func (b *bench) zitadelProgram(ctx context.Context) (string, error) {
	b.say("building tools/interop/issuer")
	folder := filepath.Join(b.root, "tools", "interop", "issuer")
	if err := b.goCommand(ctx, folder, "the module proxy", "install", "."); err != nil {
		return "", err
	}
	program := filepath.Join(b.root, "bin", "interop", "issuer")
	version, err := libraryVersion(program, zitadelModule)
	b.say("using    %s %s", zitadelModule, version)
	return program, err
}

// logIn follows the authorization code flow as a browser does. It requests the login page, sends the form, and takes
// the code from the redirect.
func (i *issuer) logIn(ctx context.Context, c client, password string) (string, error) {
	base := strings.TrimSuffix(i.url, "/")
	login, err := redirectOf(ctx, base+"/auth?"+url.Values{
		"client_id": {c.id}, "redirect_uri": {unusedRedirect}, "response_type": {"code"}, "scope": {"openid"},
		"state": {"interop"},
	}.Encode(), nil)
	if err != nil {
		return "", fmt.Errorf("starting the login: %w", err)
	}
	done, err := redirectOf(ctx, base+login.Path, url.Values{
		"id": {login.Query().Get("authRequestID")}, "username": {zitadelUser}, "password": {password},
	})
	if err != nil {
		return "", fmt.Errorf("logging in: %w", err)
	}
	back, err := redirectOf(ctx, base+done.RequestURI(), nil)
	if err != nil {
		return "", fmt.Errorf("after the login: %w", err)
	}
	code := back.Query().Get("code")
	if code == "" {
		return "", errors.New("the issuer returned no code after the login")
	}
	return requestToken(ctx, base+"/oauth/token", c, url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {unusedRedirect},
	})
}

// redirectOf is where an answer redirects to. With a form, the request is a POST.
func redirectOf(ctx context.Context, target string, form url.Values) (*url.URL, error) {
	method := http.MethodGet
	if form != nil {
		method = http.MethodPost
	}
	request, err := http.NewRequestWithContext(ctx, method, target, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	httpClient := http.Client{
		Timeout:       startTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	response, err := httpClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	location, err := response.Location()
	if err != nil {
		return nil, fmt.Errorf("the answer is %s, without a redirect", response.Status)
	}
	return location, nil
}
