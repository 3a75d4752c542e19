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

func TestCloseAllClosesWhatIsOpen(t *testing.T) {
	base := place(t)
	var servers []*Server
	for range 3 {
		servers = append(servers, startIn(t, options(t, time.Now().Add(time.Hour), never(t)), base))
	}
	if err := servers[0].Close(); err != nil {
		t.Fatal(err)
	}
	for _, server := range servers[1:] {
		if removed(t, server) {
			t.Fatal("one server's Close removed another")
		}
	}
	CloseAll()
	for _, server := range servers {
		if !removed(t, server) {
			t.Error("one is left")
		}
	}
	CloseAll()
	if len(opened.servers) > 0 {
		t.Errorf("%d are still taken for open", len(opened.servers))
	}
	if entries, err := os.ReadDir(base); err != nil || len(entries) > 0 {
		t.Errorf("left in the base folder: %v, %v", entries, err)
	}
}

func TestCloseAllWaitsForACloseUnderWay(t *testing.T) {
	reporting, release := make(chan struct{}), make(chan struct{})
	given := options(
		t,
		time.Now(),
		func(context.Context) (Credentials, error) { return Credentials{}, errors.New("denied") },
	)
	given.Failed = func(error) {
		close(reporting)
		<-release
	}
	server := startIn(t, given, place(t))
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
