// Command sdks prints which credentials the AWS SDK for Go takes: version 1 or version 2, as its argument says.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go/aws/session"
)

func main() {
	version := version2
	if os.Args[1] == "1" {
		version = version1
	}
	keyID, token, err := version(context.Background())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(keyID, token)
}

func version1(context.Context) (keyID, token string, err error) {
	loaded, err := session.NewSession()
	if err != nil {
		return "", "", err
	}
	value, err := loaded.Config.Credentials.Get()
	return value.AccessKeyID, value.SessionToken, err
}

func version2(ctx context.Context) (keyID, token string, err error) {
	loaded, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return "", "", err
	}
	value, err := loaded.Credentials.Retrieve(ctx)
	return value.AccessKeyID, value.SessionToken, err
}
