package secret_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
)

func TestTextNeverPrintsItsValue(t *testing.T) {
	const value = "wJalrXUtnFEMI"
	holder := struct {
		Key    secret.Text
		Keys   []secret.Text
		ByName map[string]secret.Text
		hidden secret.Text
	}{secret.New(value), []secret.Text{secret.New(value)}, map[string]secret.Text{
		"key": secret.New(value),
	}, secret.New(value)}

	var printed bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&printed, verb+"\n"+verb+"\n", holder, holder.Key)
	}
	asJSON, err := json.Marshal(holder)
	if err != nil {
		t.Fatal(err)
	}
	printed.Write(asJSON)
	for _, handler := range []slog.Handler{slog.NewTextHandler(&printed, nil), slog.NewJSONHandler(&printed, nil)} {
		slog.New(handler).Info("a line", "key", holder.Key, "holder", holder)
	}

	if strings.Contains(printed.String(), value) || strings.Contains(printed.String(), fmt.Sprintf("%x", value)) {
		t.Errorf("the value was printed:\n%s", printed.String())
	}
	if !strings.Contains(printed.String(), "(redacted)") {
		t.Errorf("nothing shows that there is a value:\n%s", printed.String())
	}
	if got := holder.Key.Reveal(); got != value {
		t.Errorf("Reveal gave %q", got)
	}
}

func TestTextShowsThatItIsEmpty(t *testing.T) {
	if got := fmt.Sprintf("%v%#v", secret.Text{}, secret.New("")); got != "" {
		t.Errorf("got %q", got)
	}
	if !secret.New("").IsEmpty() || secret.New("x").IsEmpty() {
		t.Error("IsEmpty is wrong")
	}
}
