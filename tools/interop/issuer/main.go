// Command issuer runs the example server of zitadel's OpenID Connect library on one address of this machine. The
// library's own command listens on all addresses.
package main

import (
	"flag"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
)

func main() {
	address := flag.String("address", "127.0.0.1:9998", "address and port to listen on")
	users := flag.String("users", "", "JSON file with the users, by their IDs")
	client := flag.String("client", "web", "ID of the client")
	redirect := flag.String("redirect", "", "redirect URI of the client")
	flag.Parse()

	logger := slog.New(slog.NewTextHandler(os.Stderr, nil))
	if err := serve(logger, *address, *users, *client, *redirect); err != nil {
		logger.Error("the issuer ended", "error", err)
		os.Exit(1)
	}
}

// serve reads the client's secret from the environment, because other users can see the arguments of a process.
func serve(logger *slog.Logger, address, users, client, redirect string) error {
	storage.RegisterClients(storage.WebClient(client, os.Getenv("CLIENT_SECRET"), redirect))
	store, err := storage.StoreFromFile(users)
	if err != nil {
		return err
	}
	server := &http.Server{
		Addr:              address,
		Handler:           exampleop.SetupServer("http://"+address+"/", storage.NewStorage(store), logger, false),
		ReadHeaderTimeout: time.Minute,
	}
	return server.ListenAndServe()
}
