package provider

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// TestModelsRedact checks that no way of printing a block shows what is secret in it.
func TestModelsRedact(t *testing.T) {
	const value = "wJalrXUtnFEMI"
	identity := identityModel{WebIdentityToken: types.StringValue(value)}
	block := model{identityModel: identity}
	sent := values{"web_identity_token": tftypes.NewValue(tftypes.String, value)}
	var printed bytes.Buffer
	for _, printable := range []any{
		identity, block, &block, sent, &sent,
		providerModel{identityModel: identity},
		&exchanger{identity: identity},
		struct{ Block model }{block},
		tokenModel{Token: types.StringValue(value)},
		&tokenModel{Token: types.StringValue(value)},
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
			fmt.Fprintf(&printed, verb, printable)
		}
		asJSON, err := json.Marshal(printable)
		if err != nil {
			t.Fatal(err)
		}
		printed.Write(asJSON)
		slog.New(slog.NewTextHandler(&printed, nil)).Info("a line", "block", printable)
	}
	if strings.Contains(printed.String(), value) {
		t.Errorf("a secret is printed:\n%s", printed.String())
	}
}

func TestDefaultTimeout(t *testing.T) {
	block, err := values{}.model(t.Context())
	if err != nil || block.request.Timeout != time.Minute {
		t.Errorf("it is %s, %v", block.request.Timeout, err)
	}
}

func TestExpirationHasWholeSeconds(t *testing.T) {
	instant := time.Date(2026, 1, 2, 3, 4, 5, 6789, time.UTC)
	if got := *rfc3339(&instant); got != "2026-01-02T03:04:05Z" {
		t.Errorf("it is %s", got)
	}
}

// TestPanicBecomesDiagnostic checks that a panic doesn't end the process, which also serves the other blocks.
func TestPanicBecomesDiagnostic(t *testing.T) {
	var diagnostics diag.Diagnostics
	broken := &exchanger{} // without a client, which Configure never leaves it
	if got := broken.exchange(t.Context(), &model{}, &diagnostics); got != nil {
		t.Errorf("it gives %+v", got)
	}
	if len(diagnostics) != 1 || diagnostics[0].Summary() != "The provider has a bug" ||
		!strings.Contains(diagnostics[0].Detail(), "internal/assumerole.") {
		t.Errorf("it says %v", diagnostics)
	}
	diagnostics = nil
	block := &tokenModel{WebIdentityTokenEnv: types.StringValue("JOB_TOKEN")}
	if broken.openToken(t.Context(), block, &diagnostics) || len(diagnostics) != 1 ||
		diagnostics[0].Summary() != "The provider has a bug" || !block.Token.IsNull() {
		t.Errorf("for a token, it says %v", diagnostics)
	}
}
