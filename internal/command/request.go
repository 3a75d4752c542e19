package command

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/arn"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/explain"
	"github.com/webidentity/terraform-provider-sts/internal/origin"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// The environment variables that stand in for flags, as they do for arguments.
const (
	roleARNVariable         = "AWS_ROLE_ARN"
	roleSessionNameVariable = "AWS_ROLE_SESSION_NAME"
)

// defaultTimeout is shorter than the minute after which AWS SDKs stop the process and hide the reason.
const defaultTimeout = 50 * time.Second

// complete makes the client and the request, with the defaults of the environment.
func (s *settings) complete(ctx context.Context, p Process) (*assumerole.Client, assumerole.Request, error) {
	client, request, err := s.connect(ctx, p)
	if err != nil {
		return nil, request, err
	}
	if assumerole.IsPlainRemote(s.core.Endpoint) {
		s.warnings = append(s.warnings, explain.PlainEndpoint())
	}
	if request.Token == nil {
		if request.Token = s.ambientToken(p, &request); request.Token == nil {
			return nil, request, noSource("Or set the environment variable " + webidentity.FileVariable + " to the " +
				"path of a file.")
		}
	}
	if request.RoleARN, request.RoleARNOrigin, err = s.role(request.TokenOrigin, p); err != nil {
		return nil, request, err
	}
	request.RoleSessionName, request.RoleSessionNameOrigin = s.name(p)
	for n := range request.Hops {
		hop := &request.Hops[n]
		if hop.RoleSessionNameOrigin = origin.Of(origin.Block); hop.RoleSessionName == "" {
			hop.RoleSessionName, hop.RoleSessionNameOrigin = request.RoleSessionName, request.RoleSessionNameOrigin
		}
	}
	return client, request, checkAudience(request)
}

// connect makes the client, and the request with the token's source, if the flags name one.
func (s *settings) connect(ctx context.Context, p Process) (*assumerole.Client, assumerole.Request, error) {
	request := s.request
	request.Timeout = cmp.Or(request.Timeout, defaultTimeout)
	s.core.Version = p.Version
	if err := s.checkSources(); err != nil {
		return nil, request, err
	}
	client, err := assumerole.NewClient(ctx, s.core)
	if err != nil {
		return nil, request, &failedError{explain.Setting(err), wrongUsage}
	}
	request.Token, request.TokenOrigin = s.source(client, p), origin.Of(origin.Block)
	return client, request, nil
}

// checkSources checks that the flags name one source of the token at most.
func (s *settings) checkSources() error {
	var named []string
	if s.file != nil {
		named = append(named, "--web-identity-token-file")
	}
	if s.variable != nil {
		named = append(named, "--web-identity-token-env")
	}
	for _, platform := range s.platforms {
		named = append(named, "--"+dashed(platform.Name))
	}
	if len(named) > 1 {
		return &usageError{
			fmt.Sprintf("%s and %s exclude each other. Set one source of the token.", named[0], named[1]),
		}
	}
	return s.checkPlatform()
}

// noSource says that the flags name no source of the token.
func noSource(further string) error {
	names := []string{"--web-identity-token-file", "--web-identity-token-env"}
	for _, platform := range webidentity.Platforms {
		names = append(names, "--"+dashed(platform.Name))
	}
	return &usageError{"There is no source of the token. Set one of " + strings.Join(names, ", ") + ". " + further}
}

// source is the token's source that the flags name, or nil.
func (s *settings) source(client *assumerole.Client, p Process) webidentity.Source {
	opaque := s.request.ProviderID != ""
	switch {
	case s.file != nil:
		return webidentity.File{Path: *s.file, Origin: origin.Of(origin.Block), Opaque: opaque}
	case s.variable != nil:
		return webidentity.Environment{Name: *s.variable, Opaque: opaque, Getenv: p.Getenv}
	case len(s.platforms) > 0:
		by := webidentity.Requester{Client: client.HTTPClient(), Getenv: p.Getenv}
		return s.platforms[0].Request(by, s.values)
	}
	return nil
}

// ambientToken is the token file of the environment, or nil.
func (s *settings) ambientToken(p Process, request *assumerole.Request) webidentity.Source {
	path := p.Getenv(webidentity.FileVariable)
	if path == "" {
		return nil
	}
	request.TokenOrigin = origin.OfVariable(webidentity.FileVariable)
	return webidentity.File{Path: path, Origin: request.TokenOrigin, Opaque: request.ProviderID != ""}
}

// role takes the flag. The environment's role goes only with the environment's token.
func (s *settings) role(token origin.Origin, p Process) (string, origin.Origin, error) {
	fromEnvironment := p.Getenv(roleARNVariable)
	switch {
	case s.roleARN != nil:
		return *s.roleARN, origin.Of(origin.Block), nil
	case token.Kind == origin.Variable && fromEnvironment != "":
		return fromEnvironment, origin.OfVariable(roleARNVariable), nil
	}
	text := "There is no role to assume. Set --role-arn to its ARN."
	if len(s.request.Hops) > 0 {
		text = "--assume-role-arn is for a further role. Set --role-arn to the ARN of the first role, which the " +
			"token is for."
	}
	if fromEnvironment != "" {
		text += fmt.Sprintf(" The environment variable %s is set, but it applies only to the token of %s.",
			roleARNVariable, webidentity.FileVariable)
	}
	return "", origin.Origin{}, &usageError{text}
}

// name takes the flag, then the environment's name.
func (s *settings) name(p Process) (string, origin.Origin) {
	fromEnvironment := p.Getenv(roleSessionNameVariable)
	switch {
	case s.sessionName != nil:
		return *s.sessionName, origin.Of(origin.Block)
	case fromEnvironment != "":
		return fromEnvironment, origin.OfVariable(roleSessionNameVariable)
	}
	return assumerole.DefaultRoleSessionName, origin.Origin{}
}

// checkAudience demands an audience for a role in aws-cn. IAM OIDC providers have different audiences there, so the
// default would usually be wrong.
func checkAudience(request assumerole.Request) error {
	role, _ := arn.Parse(request.RoleARN) // another text is in no partition
	token, isPlatform := request.Token.(webidentity.PlatformRequest)
	if role.Partition != "aws-cn" || !isPlatform {
		return nil
	}
	audience, found := token.Platform.Audience()
	if _, ok := token.Values[audience.Name]; ok || !found || audience.Default == "" {
		return nil
	}
	return &usageError{"The role is in the partition aws-cn, where IAM OIDC providers have different audiences. Set " +
		"--" + dashed(audience.Name) + " to the client ID of the IAM OIDC provider, such as sts.amazonaws.com.cn."}
}
