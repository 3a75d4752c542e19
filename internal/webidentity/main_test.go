package webidentity_test

import (
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/testing/testenv"
)

func TestMain(m *testing.M) { testenv.Main(m) }
