package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// program is one on the PATH that several checks use.
type program struct {
	name    string
	remedy  string
	version []string // arguments that make it print its version
}

var (
	awsCLI = program{"aws", "Install the AWS CLI, and run the checks again.", []string{"--version"}}
	python = program{
		"python3",
		"Install boto3 for the python3 on the PATH (`pip install boto3`), and run the checks again.",
		[]string{
			"-c",
			"import boto3, platform; print('boto3', boto3.__version__, 'Python', platform.python_version())",
		},
	}
	node = program{
		"node", "Install Node.js and npm, run `make sdks`, and run the checks again.",
		[]string{"-p", "'Node.js ' + process.version"},
	}
)

// sdk is a client whose own code refreshes the credentials of a profile.
type sdk struct {
	name    string
	program program
	command string // prints the credentials or the identity. $SDKS is sdkFolder, and $STS the emulator
	// prints checks what it printed. The secrets are those that the emulator gave.
	prints func(secrets []string, before, after string) error
}

// sdkFolder has the programs of the tests of SDKs.
const sdkFolder = "internal/provider/testdata/sdks"

// javaScriptPackage is a folder below sdkFolder.
const javaScriptPackage = "node_modules/@aws-sdk/credential-provider-node"

var (
	commandLine = sdk{
		"AWS CLI", awsCLI, "aws sts get-caller-identity --output text --query Arn --endpoint-url $STS", printsSession,
	}
	boto3        = sdk{"boto3", python, "python3 $SDKS/boto3_session.py", printsCredentials}
	javaScriptV3 = sdk{"JavaScript SDK v3", node, "node $SDKS/javascript-v3.mjs", printsCredentials}
)

// requireSDK is an error if the SDK isn't here. It prints the versions.
func (b *bench) requireSDK(ctx context.Context, s sdk) error {
	if err := b.needs(ctx, s.program); err != nil {
		return err
	}
	if s.name != javaScriptV3.name {
		return nil
	}
	text, err := os.ReadFile(filepath.Join(b.root, sdkFolder, javaScriptPackage, "package.json"))
	if errors.Is(err, os.ErrNotExist) {
		return &unavailableError{what: "The JavaScript SDK isn't installed", remedy: s.program.remedy}
	}
	if err != nil {
		return err
	}
	var description struct{ Name, Version string }
	if err := json.Unmarshal(text, &description); err != nil {
		return fmt.Errorf("reading the version of %s: %w", s.name, err)
	}
	b.say("using    %s %s", description.Name, description.Version)
	return nil
}
