package guard

import (
	"context"
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/webidentity/terraform-provider-sts/internal/provider"
	"github.com/webidentity/terraform-provider-sts/internal/testing/stsstub"
	"github.com/webidentity/terraform-provider-sts/internal/testing/testenv"
)

const dataSource = "sts_assume_role_with_web_identity"

const (
	// maxAllocations bounds the allocations of one read, of the stub's answer too. 4,906 were measured, with Go 1.26.
	maxAllocations = 5_400
	// maxValidationAllocations bounds those of one validation. Terraform makes one for each read. 1,435 were measured.
	maxValidationAllocations = 1_600
)

// TestAllocationsOfRead reads a role that nobody has read before, by the plugin protocol, in this process.
func TestAllocationsOfRead(t *testing.T) {
	testenv.Isolate(t)
	server := startStub(t)
	reader := newReader(t, server.URL())
	role := 0
	allocations := testing.AllocsPerRun(50, func() {
		role++
		reader.read(t, fmt.Sprintf("arn:aws:iam::111122223333:role/role-%d", role))
	})
	t.Logf("%.0f allocations", allocations)
	if allocations > maxAllocations {
		t.Errorf("%.0f allocations in one read; %d are allowed", allocations, maxAllocations)
	}
	if requests := server.Counts().Requests; requests != role {
		t.Errorf("%d reads took %d requests", role, requests)
	}
}

// TestAllocationsOfAValidation validates the block of a role, by the plugin protocol, in this process.
func TestAllocationsOfAValidation(t *testing.T) {
	testenv.Isolate(t)
	reader := newReader(t, startStub(t).URL())
	config := reader.config(t, "arn:aws:iam::111122223333:role/role")
	allocations := testing.AllocsPerRun(50, func() {
		response, err := reader.server.ValidateDataResourceConfig(
			t.Context(),
			&tfprotov6.ValidateDataResourceConfigRequest{TypeName: dataSource, Config: config},
		)
		if err != nil {
			t.Fatal(err)
		}
		mustSucceed(t, response.Diagnostics)
	})
	t.Logf("%.0f allocations", allocations)
	if allocations > maxValidationAllocations {
		t.Errorf("%.0f allocations in one validation; %d are allowed", allocations, maxValidationAllocations)
	}
}

type contextKey struct{}

// TestNoReadKeepsItsContext holds that a read without a log leaves nothing behind of what its context has: in a run,
// that is its request, its loggers and its connection.
func TestNoReadKeepsItsContext(t *testing.T) {
	testenv.Isolate(t)
	reader := newReader(t, startStub(t).URL())
	reader.server = provider.Quiet(reader.server)
	const reads = 100
	var gone atomic.Int64
	for n := range reads {
		value := new([1 << 10]byte)
		runtime.AddCleanup(value, func(int) { gone.Add(1) }, 0)
		reader.readIn(
			context.WithValue(t.Context(), contextKey{}, value),
			t,
			fmt.Sprintf("arn:aws:iam::111122223333:role/role-%d", n),
		)
	}
	for range 100 {
		if runtime.GC(); gone.Load() >= reads-1 { // the last one may still be on the stack
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d of %d reads leave their context behind", reads-gone.Load(), reads)
}

// reader is a configured provider.
type reader struct {
	server tfprotov6.ProviderServer
	block  tftypes.Object
	token  string
}

func newReader(t *testing.T, endpoint string) reader {
	t.Helper()
	server, err := providerserver.NewProtocol6WithError(provider.New("test")())()
	if err != nil {
		t.Fatal(err)
	}
	schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	block := objectOf(t, schemas.Provider)
	configured, err := server.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{
		Config: values(t, block, map[string]string{"endpoint": endpoint}),
	})
	if err != nil {
		t.Fatal(err)
	}
	mustSucceed(t, configured.Diagnostics)
	return reader{
		server,
		objectOf(t, schemas.DataSourceSchemas[dataSource]),
		testenv.WriteFile(t, "token", stsstub.Token()),
	}
}

func (r reader) config(t *testing.T, roleARN string) *tfprotov6.DynamicValue {
	t.Helper()
	return values(
		t,
		r.block,
		map[string]string{"role_arn": roleARN, "role_session_name": "guard", "web_identity_token_file": r.token},
	)
}

func (r reader) read(t *testing.T, roleARN string) {
	t.Helper()
	r.readIn(t.Context(), t, roleARN)
}

func (r reader) readIn(ctx context.Context, t *testing.T, roleARN string) {
	t.Helper()
	response, err := r.server.ReadDataSource(
		ctx,
		&tfprotov6.ReadDataSourceRequest{TypeName: dataSource, Config: r.config(t, roleARN)},
	)
	if err != nil {
		t.Fatal(err)
	}
	mustSucceed(t, response.Diagnostics)
}

func objectOf(t *testing.T, schema *tfprotov6.Schema) tftypes.Object {
	t.Helper()
	object, ok := schema.ValueType().(tftypes.Object)
	if !ok {
		t.Fatalf("a block is a %T", schema.ValueType())
	}
	return object
}

// values makes a block of those arguments, and of nulls.
func values(t *testing.T, block tftypes.Object, arguments map[string]string) *tfprotov6.DynamicValue {
	t.Helper()
	members := map[string]tftypes.Value{}
	for name, kind := range block.AttributeTypes {
		members[name] = tftypes.NewValue(kind, nil)
		if text, ok := arguments[name]; ok {
			members[name] = tftypes.NewValue(kind, text)
		}
	}
	value, err := tfprotov6.NewDynamicValue(block, tftypes.NewValue(block, members))
	if err != nil {
		t.Fatal(err)
	}
	return &value
}

func mustSucceed(t *testing.T, diagnostics []*tfprotov6.Diagnostic) {
	t.Helper()
	for _, diagnostic := range diagnostics {
		t.Fatalf("%s: %s", diagnostic.Summary, diagnostic.Detail)
	}
}
