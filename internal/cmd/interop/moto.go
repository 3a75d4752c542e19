package main

import (
	"context"
	"net"
	"os/exec"
	"strings"
)

// startMoto starts moto's server, and returns its URL.
func (b *bench) startMoto(ctx context.Context) (string, error) {
	path, err := exec.LookPath("moto_server")
	if err != nil {
		return "", &unavailableError{
			what:   "moto_server isn't on the PATH",
			remedy: "Install it (`pip install 'moto[server]'`), and run the checks again.",
		}
	}
	b.tellMotoVersion(ctx)
	address, err := freeAddress()
	if err != nil {
		return "", err
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return "", err
	}
	s, err := b.start(ctx, path, nil, "-H", host, "-p", port)
	if err != nil {
		return "", err
	}
	url := "http://" + address
	return url, s.waitFor(ctx, strings.Join([]string{url, "moto-api", ""}, "/"))
}

// tellMotoVersion asks Python, because moto_server doesn't print its version.
func (b *bench) tellMotoVersion(ctx context.Context) {
	const program = "from importlib.metadata import version; print('moto', version('moto'))"
	if err := b.tellVersion(ctx, "python3", "", "-c", program); err != nil {
		b.say("using    moto_server. The python3 on the PATH doesn't know its version")
	}
}
