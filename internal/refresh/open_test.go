//go:build unix

package refresh

import (
	"context"
	"errors"
	"os"
	"sync/atomic"
	"testing"
	"time"
)

func TestCloseAll(t *testing.T) {
	base := makeBase(t)
	var servers []*Server
	for range 3 {
		servers = append(servers, startIn(t, options(t, time.Now().Add(time.Hour), mustNotMint(t)), base))
	}
	if err := servers[0].Close(); err != nil {
		t.Fatal(err)
	}
	for _, server := range servers[1:] {
		if isRemoved(t, server) {
			t.Fatal("one server's Close removed another")
		}
	}
	CloseAll()
	for _, server := range servers {
		if !isRemoved(t, server) {
			t.Error("one is left")
		}
	}
	CloseAll()
	if len(openServers.servers) > 0 {
		t.Errorf("%d are still taken for open", len(openServers.servers))
	}
	if entries, err := os.ReadDir(base); err != nil || len(entries) > 0 {
		t.Errorf("left in the base folder: %v, %v", entries, err)
	}
}

func TestCloseAllWaitsForClose(t *testing.T) {
	reporting, release := make(chan struct{}), make(chan struct{})
	config := options(
		t,
		time.Now(),
		func(context.Context) (Credentials, error) { return Credentials{}, errors.New("denied") },
	)
	config.Failed = func(error) {
		close(reporting)
		<-release
	}
	server := startIn(t, config, makeBase(t))
	if _, err := request(t, server); err == nil {
		t.Fatal("no error")
	}
	<-reporting
	go func() { _ = server.Close() }()
	<-server.life.Done()
	var released atomic.Bool
	time.AfterFunc(100*time.Millisecond, func() {
		released.Store(true)
		close(release)
	})
	CloseAll()
	if !released.Load() {
		t.Error("it didn't wait")
	}
}
