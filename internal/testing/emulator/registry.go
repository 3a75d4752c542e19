package emulator

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/arn"

	"github.com/webidentity/terraform-provider-sts/internal/trustpolicy"
)

// Role is an IAM role.
type Role struct {
	// ARN is the role's, with its path if it has one. Its partition is that of
	// the server's Region.
	ARN string
	// TrustPolicy is the JSON document, as its author writes it.
	TrustPolicy string
	// Permissions is the JSON document of an identity-based policy, for sessions of the role that assume other roles.
	// AssumeRolePermissions writes one. Empty: no permissions.
	Permissions string
	// HidesReason leaves the reason out when AssumeRole is denied for the role. AWS often does so if the caller is in
	// another account.
	HidesReason bool
	// MaxSessionDuration is the longest session that may be asked for, from 1 to
	// 12 hours. 0: 1 hour.
	MaxSessionDuration time.Duration
	// SessionLifetime has every session end so long after its start, whatever
	// was asked for. It is for tests of refreshing: AWS has no such thing. 0: as
	// asked.
	SessionLifetime time.Duration
}

const (
	minSessionDuration        = 15 * time.Minute
	defaultSessionDuration    = time.Hour
	maxSessionDuration        = 12 * time.Hour
	defaultMaxSessionDuration = time.Hour
)

// role is a Role that has been read.
type role struct {
	roleARN
	trust           *trustpolicy.Policy
	permissions     *permissions
	hidesReason     bool
	maxDuration     time.Duration
	sessionLifetime time.Duration
	id              string
}

type oidcProvider struct{ account, issuer string }

type accessTokenKey struct{ providerID, token string }

type accessToken struct{ appID, userID string }

// AddOIDCProvider makes an IAM OIDC provider in the account (12 digits) for the
// issuer of exactly that URL, with the client IDs as its audiences. A second one
// for the same account and issuer replaces the first.
func (s *Server) AddOIDCProvider(account, issuerURL string, clientIDs ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.oidcProviders[oidcProvider{account, issuerURL}] = slices.Clone(clientIDs)
}

// AddRole makes a role, or replaces the one with the same ARN. The error says
// what is wrong with the ARN, a policy or the longest session.
func (s *Server) AddRole(r Role) error {
	parsed, err := parseRoleARN(r.ARN)
	if err != nil {
		return fmt.Errorf("role ARN %q: %w", r.ARN, err)
	}
	if parsed.partition != s.partition() {
		return fmt.Errorf(
			"role ARN %q: the emulator's Region %s is in the partition %s",
			r.ARN,
			s.region,
			s.partition(),
		)
	}
	trust, err := trustpolicy.Parse(r.TrustPolicy)
	if err != nil {
		return fmt.Errorf("trust policy of %s: %w", r.ARN, err)
	}
	granted := &permissions{}
	if r.Permissions != "" {
		var refused *refusal
		if granted, refused = readPermissions(r.Permissions); refused != nil {
			return fmt.Errorf("permissions of %s: %s", r.ARN, refused.message)
		}
	}
	longest := r.MaxSessionDuration
	if longest == 0 {
		longest = defaultMaxSessionDuration
	}
	if longest < defaultMaxSessionDuration || longest > maxSessionDuration {
		return fmt.Errorf("longest session of %s: %s isn't between %s and %s",
			r.ARN, longest, defaultMaxSessionDuration, maxSessionDuration)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.roles[r.ARN] = &role{
		roleARN: parsed, trust: trust, permissions: granted, hidesReason: r.HidesReason, maxDuration: longest,
		sessionLifetime: r.SessionLifetime, id: "AROA" + newIDSuffix(17),
	}
	return nil
}

// AddAccessToken makes an OAuth 2.0 access token that the provider
// www.amazon.com or graph.facebook.com vouches for, issued to the application
// for the user.
func (s *Server) AddAccessToken(providerID, token, appID, userID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.accessTokens[accessTokenKey{providerID, token}] = accessToken{appID: appID, userID: userID}
}

// roleARN is the ARN of a role, taken apart.
type roleARN struct {
	partition, account, name string
}

var (
	accountID    = regexp.MustCompile(`^[0-9]{12}$`)
	roleResource = regexp.MustCompile(`^role/([\x21-\x7e]+/)?([\w+=,.@-]{1,64})$`)
)

func parseRoleARN(text string) (roleARN, error) {
	parsed, err := arn.Parse(text)
	if err != nil {
		return roleARN{}, err
	}
	resource := roleResource.FindStringSubmatch(parsed.Resource)
	switch {
	case !strings.HasPrefix(parsed.Partition, "aws"), parsed.Service != "iam", parsed.Region != "":
		return roleARN{}, errors.New("want arn:PARTITION:iam::ACCOUNT:role/NAME")
	case !accountID.MatchString(parsed.AccountID):
		return roleARN{}, errors.New("the account isn't 12 digits")
	case resource == nil:
		return roleARN{}, errors.New("the resource isn't role/NAME or role/PATH/NAME")
	}
	return roleARN{partition: parsed.Partition, account: parsed.AccountID, name: resource[2]}, nil
}

// assumedRoleARN has the role's name without its path.
func (r roleARN) assumedRoleARN(sessionName string) string {
	return arn.ARN{
		Partition: r.partition, Service: "sts", AccountID: r.account,
		Resource: "assumed-role/" + r.name + "/" + sessionName,
	}.String()
}

// OIDCProviderARN is the ARN of an account's IAM OIDC provider in the partition
// aws, as a trust policy's Federated principal names it.
func OIDCProviderARN(account, issuerURL string) string {
	return oidcProviderARN("aws", account, issuerURL)
}

func oidcProviderARN(partition, account, issuerURL string) string {
	return arn.ARN{
		Partition: partition, Service: "iam", AccountID: account,
		Resource: "oidc-provider/" + withoutScheme(issuerURL),
	}.String()
}

// withoutScheme is an issuer's name as IAM writes it in ARNs and condition keys:
// path and slashes at the end are kept. IAM knows no port there; the issuers on
// loopback have one.
func withoutScheme(issuerURL string) string {
	if _, rest, ok := strings.Cut(issuerURL, "://"); ok {
		return rest
	}
	return issuerURL
}
